package dev.proa.api.view;

import dev.proa.api.meta.v1.ObjectMeta;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An API object: it has {@code apiVersion}, {@code kind} and {@code metadata}. */
public interface KubeObject extends View {
    /** {@code group/version}, or only the version for the core group. */
    default String apiVersion() {
        return value().string("apiVersion");
    }

    default String kind() {
        return value().string("kind");
    }

    default ObjectMeta metadata() {
        return new ObjectMeta(value().map("metadata"));
    }

    /** This object with other metadata. */
    KubeObject withMetadata(ObjectMeta metadata);

    default String name() {
        return value().map("metadata").string("name");
    }

    /** The namespace; empty for cluster-scoped objects. */
    default String namespace() {
        return value().map("metadata").string("namespace");
    }

    default String uid() {
        return value().map("metadata").string("uid");
    }

    default String resourceVersion() {
        return value().map("metadata").string("resourceVersion");
    }

    default Map<String, String> labels() {
        return Views.strings(value().map("metadata").map("labels"));
    }

    default Map<String, String> annotations() {
        return Views.strings(value().map("metadata").map("annotations"));
    }

    /** The time at which its deletion was requested; null when it was not. */
    default @Nullable Instant deletionTimestamp() {
        return metadata().deletionTimestamp();
    }

    /** Whether its deletion was requested, so that it only waits for finalizers or its grace period. */
    default boolean isDeleting() {
        return value().map("metadata").get("deletionTimestamp") != null;
    }
}
