package dev.proa.node.cri;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a runtime knows of a container.
 *
 * @param imageId digest of the image it was made from
 * @param logPath absolute path of its log file
 * @param user who its processes are, or null where that is not known
 */
public record ContainerStatus(
        String id,
        String sandboxId,
        ContainerConfig config,
        State state,
        Instant createdAt,
        String imageId,
        Path logPath,
        @Nullable User user) {

    /** A container of a runtime that does not know who its processes are. */
    public ContainerStatus(
            String id,
            String sandboxId,
            ContainerConfig config,
            State state,
            Instant createdAt,
            String imageId,
            Path logPath) {
        this(id, sandboxId, config, state, createdAt, imageId, logPath, null);
    }

    /** Who the first process of a container was when it started, as {@code runtime.v1.LinuxContainerUser}. */
    public record User(long uid, long gid, List<Long> supplementalGroups) {
        public User {
            supplementalGroups = List.copyOf(supplementalGroups);
        }
    }

    /** Where in its life a container is. */
    public sealed interface State {
        /** Made, not started. */
        record Created() implements State {}

        /** @param pid of its main process, in the node's process id namespace; 0 where there is none */
        record Running(Instant startedAt, long pid) implements State {}

        /**
         * Ended.
         *
         * @param startedAt null when it never ran
         * @param exitCode 128 + n when signal n killed it
         * @param reason {@code Completed}, {@code Error}, {@code OOMKilled}, {@code StartError} (when it could not be started), or {@code Unknown} after a
         *     restart of the machine
         * @param message for users, may be empty
         */
        record Exited(@Nullable Instant startedAt, Instant finishedAt, int exitCode, String reason, String message)
                implements State {}
    }
}
