package dev.proa.control.scheduler.extender;

import dev.proa.client.http.Connection;
import java.time.Duration;
import java.util.Set;

/**
 * An extender, as {@code KubeSchedulerConfiguration} has it. A verb is what is put behind the URL; an empty one is not supported.
 *
 * @param connection its URL, and what TLS trusts and shows
 * @param weight of its scores
 * @param timeout of a request
 * @param isNodeCacheCapable whether it knows all nodes, and needs but their names
 * @param managedResources the extended resources for whose sake it is asked about a pod; empty for all pods
 * @param ignoredByScheduler those of them that nodes need not have
 * @param isIgnorable whether pods are scheduled without it when it cannot be asked
 */
public record ExtenderConfig(
        Connection connection,
        String filterVerb,
        String preemptVerb,
        String prioritizeVerb,
        String bindVerb,
        long weight,
        Duration timeout,
        boolean isNodeCacheCapable,
        Set<String> managedResources,
        Set<String> ignoredByScheduler,
        boolean isIgnorable) {
    public ExtenderConfig {
        managedResources = Set.copyOf(managedResources);
        ignoredByScheduler = Set.copyOf(ignoredByScheduler);
    }

    /** Its URL, without a slash at the end. */
    String url() {
        String url = connection.server().toString();
        int end = url.length();
        while (end > 0 && url.charAt(end - 1) == '/') {
            end--;
        }
        return url.substring(0, end);
    }
}
