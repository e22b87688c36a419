/**
 * What a kubelet measures of its node, pods and containers: {@code /stats/summary}, {@code /metrics/resource} and {@code /metrics/cadvisor}.
 */
@NullMarked
package dev.proa.node.stats;

import org.jspecify.annotations.NullMarked;
