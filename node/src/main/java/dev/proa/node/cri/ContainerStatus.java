package dev.proa.node.cri;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The status of a container.
 *
 * @param imageId digest of the image it was made from
 * @param logPath absolute path of its log file
 * @param user the user its first process ran as at its start, or null when unknown
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

    /** The status of a container whose user is unknown. */
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

    /** The user and groups of a container's first process at its start, as {@code runtime.v1.LinuxContainerUser}. */
    public record User(long uid, long gid, List<Long> supplementalGroups) {
        public User {
            supplementalGroups = List.copyOf(supplementalGroups);
        }
    }

    /** The state of a container. */
    public sealed interface State {
        /** Created, not started. */
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
