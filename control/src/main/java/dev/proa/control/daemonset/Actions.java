package dev.proa.control.daemonset;

import dev.proa.api.core.v1.Pod;
import java.util.List;

/**
 * What to do for a DaemonSet.
 *
 * @param create the nodes that get a pod
 * @param delete pods that go
 * @param ended pods that have ended and go in order to be replaced; those that failed not too often in a row
 */
record Actions(List<String> create, List<Pod> delete, List<Pod> ended) {
    static final Actions NONE = new Actions(List.of(), List.of(), List.of());
}
