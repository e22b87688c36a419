/** The API server's metrics, under Kubernetes' names. */
@NullMarked
package dev.proa.server.metrics;

import org.jspecify.annotations.NullMarked;
