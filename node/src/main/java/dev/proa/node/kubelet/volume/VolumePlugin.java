package dev.proa.node.kubelet.volume;

import dev.proa.api.core.v1.Volume;
import dev.proa.node.kubelet.pod.ConfigFailure;
import dev.proa.node.linux.Directory;
import dev.proa.node.usage.FilesystemUsage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * One type of volume, as the kubelet's volume plugins. A plugin may be called by the workers of several pods at once, but only by one
 * for the same volume. It may throw anything: a set-up that fails makes its pod wait and is tried again; no other pod notices.
 *
 * <p>A volume is set up in two steps, like CSI's {@code NodeStageVolume} and {@code NodePublishVolume}. {@link #mounter} gets whatever
 * the volume consists of, wherever that is: an API object, a device that is attached and staged on the node. {@link Mounter#setUp} then
 * shows it in the pod's directory. Only the second step writes there, and a runtime that mounts no files omits it.
 */
public interface VolumePlugin {
    /** The plugin's name, such as {@code kubernetes.io/empty-dir}; part of the paths of its volumes. */
    String name();

    /** Whether this plugin is responsible for a volume. */
    boolean supports(Volume volume);

    /** Whether containers may only read such volumes, whatever their mounts say. */
    default boolean readOnly() {
        return false;
    }

    /** Whether the contents depend on what may change while the pod runs, so that volumes are set up again from time to time. */
    default boolean requiresRemount() {
        return false;
    }

    /**
     * Gets what a volume consists of. May block.
     *
     * @throws ConfigFailure when something that the volume needs is missing; the message says what
     */
    Mounter mounter(VolumeSpec spec) throws IOException, InterruptedException;

    /**
     * Removes a volume from the pod's directory, even if it was set up in part or by an earlier kubelet, and releases what it stands
     * for. Idempotent. Files in the volume that the node does not own (as with a network file system) must survive it.
     */
    default void tearDown(VolumeDirectory directory) throws IOException {
        directory.remove();
    }

    /** The bytes that a volume uses of the node's disk, counted as ephemeral storage of its pod; empty for none. */
    default OptionalLong diskUse(Volume volume, VolumeDirectory directory) throws IOException {
        return OptionalLong.empty();
    }

    /**
     * What a volume uses and has, for statistics; null when it has nothing to measure, like a path of the node, or is not set up. Takes
     * time in proportion to the number of its files.
     */
    default @Nullable FilesystemUsage usage(VolumeDirectory directory) throws IOException {
        return Directory.usageOf(directory.path());
    }

    /** When a pod's volumes have to be set up again at the latest; null for never. */
    default @Nullable Instant refreshAt(String podUid) {
        return null;
    }

    /** A pod has ended: forget what is remembered of it. */
    default void forget(String podUid) {}

    /** Shows one volume in its pod's directory. */
    interface Mounter {
        /** What containers mount after the set-up. */
        MountSource source(VolumeDirectory directory);

        /** Whether containers may only read this volume, whatever their mounts say. */
        default boolean readOnly() {
            return false;
        }

        /**
         * Sets the volume up, or updates it. Idempotent. Works by descriptor, since containers may change what is in a volume: it
         * never follows a link that leads out of the pod's directory.
         */
        void setUp(VolumeDirectory directory) throws IOException;
    }

    /** What a container mounts. */
    sealed interface MountSource {
        /** A file or directory of the node. */
        record HostPath(Path path) implements MountSource {}

        /** The contents of an image, which the runtime mounts. */
        record Image(String reference) implements MountSource {}
    }
}
