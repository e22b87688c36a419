package dev.proa.control.job;

import dev.proa.api.batch.v1.Job;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.control.shared.Pods;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads what matters to Jobs from their pods. */
final class JobPods {
    /** The finalizer of pods whose end is not in the status of their Job yet. */
    static final String FINALIZER = "batch.kubernetes.io/job-tracking";

    static final String INDEX = "batch.kubernetes.io/job-completion-index";
    static final String FAILURES = "batch.kubernetes.io/job-index-failure-count";
    static final String IGNORED_FAILURES = "batch.kubernetes.io/job-index-ignored-failure-count";
    static final int NO_INDEX = -1;

    private JobPods() {}

    /** Whether it has the finalizer. */
    static boolean isTracked(Pod pod) {
        return pod.value().map("metadata").list("finalizers").contains(FINALIZER);
    }

    static boolean hasSucceeded(Pod pod) {
        return Pods.phase(pod).equals("Succeeded");
    }

    /**
     * Whether it counts as failed. One that is being deleted does before it has ended, since it may never come to its end, unless
     * the Job replaces only pods that failed.
     */
    static boolean hasFailed(Pod pod, Job job) {
        String phase = Pods.phase(pod);
        return phase.equals("Failed") || pod.isDeleting() && !phase.equals("Succeeded") && !replacesOnlyFailed(job);
    }

    /** Whether a pod of {@code job} is replaced only once it has ended (KEP-3939). */
    static boolean replacesOnlyFailed(Job job) {
        return job.spec().podReplacementPolicy().equals("Failed") || job.spec().hasPodFailurePolicy();
    }

    /** Its completion index; {@link #NO_INDEX} when it has none. */
    static int index(Pod pod) {
        int index = number(pod, INDEX, NO_INDEX);
        return index < 0 ? NO_INDEX : index;
    }

    /** How many pods of its index failed before it and counted. */
    static int failures(Pod pod) {
        return Math.max(0, number(pod, FAILURES, 0));
    }

    /** How many pods of its index failed before it, whether they counted or not. */
    static int allFailures(Pod pod) {
        return failures(pod) + ignoredFailures(pod);
    }

    static int ignoredFailures(Pod pod) {
        return Math.max(0, number(pod, IGNORED_FAILURES, 0));
    }

    private static int number(Pod pod, String annotation, int otherwise) {
        String text = pod.value().map("metadata").map("annotations").string(annotation);
        if (text.isEmpty()) {
            return otherwise;
        }
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            return otherwise; // anybody may write annotations
        }
    }

    /**
     * When it ended, as well as can be told: when its last container did, or it became not ready, or its deletion was requested;
     * else when it was created.
     */
    static Instant finishedAt(Pod pod) {
        Instant finished = lastContainerFinished(pod);
        if (finished != null) {
            return finished;
        }
        MapValue ready = Pods.condition(pod, "Ready");
        if (ready != null && ready.string("status").equals("False")) {
            Instant since = Times.parse(ready.get("lastTransitionTime"));
            if (since != null) {
                return since;
            }
        }
        Instant deletion = pod.deletionTimestamp();
        if (deletion != null) {
            return deletion.minusSeconds(pod.metadata().deletionGracePeriodSeconds());
        }
        Instant created = pod.metadata().creationTimestamp();
        return created == null ? Instant.EPOCH : created;
    }

    /** Null when a container, or a sidecar, has not terminated. */
    private static @Nullable Instant lastContainerFinished(Pod pod) {
        MapValue status = pod.value().map("status");
        ListValue containers = status.list("containerStatuses");
        Instant last = null;
        for (int i = 0; i < containers.size(); i++) {
            Instant finished = finishedAt(containers.map(i));
            if (finished == null) {
                return null;
            }
            last = later(last, finished);
        }
        Set<String> sidecars = sidecars(pod);
        ListValue inits = status.list("initContainerStatuses");
        for (int i = 0; i < inits.size(); i++) {
            if (sidecars.contains(inits.map(i).string("name"))) {
                Instant finished = finishedAt(inits.map(i));
                if (finished == null) {
                    return null;
                }
                last = later(last, finished);
            }
        }
        return last;
    }

    private static Instant later(@Nullable Instant a, Instant b) {
        return a == null || b.isAfter(a) ? b : a;
    }

    private static @Nullable Instant finishedAt(MapValue containerStatus) {
        return Times.parse(containerStatus.map("state").map("terminated").get("finishedAt"));
    }

    private static Set<String> sidecars(Pod pod) {
        ListValue inits = pod.value().map("spec").list("initContainers");
        Set<String> sidecars = new HashSet<>();
        for (int i = 0; i < inits.size(); i++) {
            if (inits.map(i).string("restartPolicy").equals("Always")) {
                sidecars.add(inits.map(i).string("name"));
            }
        }
        return sidecars;
    }

    /** How often its containers were restarted, all together. */
    static int restarts(Pod pod) {
        MapValue status = pod.value().map("status");
        return restarts(status.list("initContainerStatuses")) + restarts(status.list("containerStatuses"));
    }

    private static int restarts(ListValue containers) {
        int restarts = 0;
        for (int i = 0; i < containers.size(); i++) {
            restarts += (int) containers.map(i).integer("restartCount", 0);
        }
        return restarts;
    }
}
