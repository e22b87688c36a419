package dev.proa.image.solver;

import java.nio.file.Path;
import java.util.List;

/**
 * A command to run in layers.
 *
 * @param root the layers, with the directory that receives what the command changes
 * @param command what is executed; its first word is looked up in the {@code PATH} of {@code environment}
 * @param environment {@code NAME=value}
 * @param user name or number, {@code user:group}, or empty for root, as {@code /etc/passwd} of the root has it
 * @param directory the working directory, which is made when it is not there
 * @param mounts in addition to the root
 * @param network that the command sees
 * @param privileged whether it has all capabilities and no seccomp filter
 */
public record RunRequest(
        BuildSandbox.Root root,
        List<String> command,
        List<String> environment,
        String user,
        String directory,
        List<Mount> mounts,
        Network network,
        boolean privileged) {

    public RunRequest {
        command = List.copyOf(command);
        environment = List.copyOf(environment);
        mounts = List.copyOf(mounts);
    }

    /** The network of a command. */
    public enum Network {
        /** That of this machine. */
        HOST,
        /** A loopback interface only. */
        NONE
    }

    /** Something mounted at a path of the root, which is made when it is not there and removed again afterwards. */
    public sealed interface Mount {
        String target();

        /** A file or directory of this machine that nobody else changes. */
        record Directory(Path source, String target, boolean readOnly) implements Mount {}

        /**
         * What layers have at a path, read-only.
         *
         * @param layers the lowest first
         * @param path in them; links in it do not lead out of them
         */
        record Layers(List<Path> layers, String path, String target) implements Mount {
            public Layers {
                layers = List.copyOf(layers);
            }
        }

        /** A file that is in memory only, and cannot be written. */
        record File(byte[] content, String target, int mode, int uid, int gid) implements Mount {}

        /**
         * Memory.
         *
         * @param bytes at most; 0 for half of the machine's
         */
        record Memory(String target, long bytes) implements Mount {}
    }
}
