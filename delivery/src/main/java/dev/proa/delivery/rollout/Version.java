package dev.proa.delivery.rollout;

import dev.proa.api.apps.v1.ReplicaSet;
import dev.proa.delivery.argo.Argo;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Comparator;
import java.util.Objects;
import java.util.Optional;

/** A version of an application: the ReplicaSet of one pod template. */
record Version(ReplicaSet set) {
    /** Oldest first; the name decides between those of one second. */
    static final Comparator<Version> BY_AGE =
            Comparator.comparing(Version::born).thenComparing(Version::name);

    String name() {
        return set.name();
    }

    /** The hash of its pod template. */
    String hash() {
        return set.labels().getOrDefault(Argo.POD_TEMPLATE_HASH, "");
    }

    /** How many pods it is to have. */
    int wanted() {
        return set.spec().hasReplicas() ? set.spec().replicas() : 1;
    }

    /** How many pods it has. */
    int actual() {
        return set.status().replicas();
    }

    int available() {
        return set.status().availableReplicas();
    }

    int ready() {
        return set.status().readyReplicas();
    }

    /** The number of the update that brought it, or brought it back, last; 0 when unknown. */
    long revision() {
        return number(set.annotations().getOrDefault(Argo.REVISION, ""));
    }

    /** How many pods the Rollout wanted when this version was scaled last; -1 when unknown. */
    long desired() {
        String text = set.annotations().get(Argo.DESIRED_REPLICAS);
        return text == null ? -1 : number(text);
    }

    Instant born() {
        return Objects.requireNonNullElse(set.metadata().creationTimestamp(), Instant.EPOCH);
    }

    /** When it may lose its pods; empty when that was not set. */
    Optional<Instant> deadline() {
        String text = set.annotations().getOrDefault(Argo.SCALE_DOWN_DEADLINE, "");
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(Instant.parse(text));
        } catch (DateTimeParseException e) {
            return Optional.of(Instant.EPOCH); // what cannot be read does not keep pods for ever
        }
    }

    /** Whether it has all the pods that it is to have, which is at least one, and they are available. */
    boolean isAvailable() {
        return wanted() > 0 && available() >= wanted();
    }

    /** Whether it has all pods that the Rollout wants, and all are available. */
    boolean isSaturated(int replicas) {
        return wanted() == replicas && desired() == replicas && available() == replicas;
    }

    /** Whether it belongs to an experiment. */
    boolean isExperiment() {
        return set.annotations().containsKey(Argo.EXPERIMENT_NAME);
    }

    static long number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            return 0; // an annotation that somebody spoilt counts as absent
        }
    }
}
