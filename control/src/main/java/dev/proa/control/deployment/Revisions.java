package dev.proa.control.deployment;

import dev.proa.api.apps.v1.Deployment;
import dev.proa.api.apps.v1.ReplicaSet;
import dev.proa.api.view.KubeObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Computes the revision annotations of ReplicaSets, which order the history of a Deployment. Pure. */
final class Revisions {
    static final String REVISION = "deployment.kubernetes.io/revision";
    static final String HISTORY = "deployment.kubernetes.io/revision-history";
    static final String DESIRED_REPLICAS = "deployment.kubernetes.io/desired-replicas";
    static final String MAX_REPLICAS = "deployment.kubernetes.io/max-replicas";

    private static final int LONGEST_HISTORY = 2000;
    /** Annotations that a replica set does not inherit. */
    private static final Set<String> OWN = Set.of(
            "kubectl.kubernetes.io/last-applied-configuration",
            REVISION,
            HISTORY,
            DESIRED_REPLICAS,
            MAX_REPLICAS,
            "deprecated.deployment.rollback.to");

    private Revisions() {}

    /** The revision of a replica set or deployment; 0 when it has none that can be read. */
    static long of(KubeObject object) {
        try {
            return Long.parseLong(object.annotations().getOrDefault(REVISION, "0"));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /** The revision that the current replica set of {@code rollout} is to have: after all old ones. */
    static long next(Rollout rollout) {
        return rollout.old().stream().mapToLong(Revisions::of).max().orElse(0) + 1;
    }

    /** A number in an annotation; -1 when there is none that can be read. */
    static int number(ReplicaSet set, String annotation) {
        try {
            return Integer.parseInt(set.annotations().getOrDefault(annotation, "-1"));
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    /** The annotations of {@code set} as the current one of {@code rollout}: the deployment's own, and the revision. */
    static Map<String, String> annotations(Deployment deployment, Map<String, String> before, long revision) {
        Map<String, String> annotations = new HashMap<>(before);
        deployment.annotations().forEach((name, value) -> {
            if (!OWN.contains(name)) {
                annotations.put(name, value);
            }
        });
        String known = annotations.get(REVISION);
        long old;
        try {
            old = known == null || known.isEmpty() ? 0 : Long.parseLong(known);
        } catch (NumberFormatException e) {
            return annotations; // somebody else's: left alone
        }
        if (old < revision) {
            annotations.put(REVISION, Long.toString(revision));
            if (known != null) {
                annotations.put(HISTORY, history(annotations.getOrDefault(HISTORY, ""), known));
            }
        }
        return annotations;
    }

    /** The sizes that a replica set was last scaled for. */
    static Map<String, String> withSizes(Map<String, String> before, Rollout rollout) {
        Map<String, String> annotations = new HashMap<>(before);
        annotations.put(DESIRED_REPLICAS, Integer.toString(rollout.desired()));
        annotations.put(MAX_REPLICAS, Integer.toString(rollout.desired() + rollout.maxSurge()));
        return annotations;
    }

    /** The revisions a replica set had before, without the oldest when they become too many. */
    private static String history(String before, String revision) {
        if (before.isEmpty()) {
            return revision;
        }
        List<String> revisions = new ArrayList<>(Arrays.asList(before.split(",")));
        revisions.add(revision);
        String history = String.join(",", revisions);
        while (history.length() > LONGEST_HISTORY) {
            revisions.removeFirst();
            history = String.join(",", revisions);
        }
        return history;
    }
}
