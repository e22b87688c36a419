/** Requests and limits of running pods: admission and resize (KEP-1287), cgroup settings, quality of service. */
@NullMarked
package dev.proa.node.kubelet.resource;

import org.jspecify.annotations.NullMarked;
