package dev.proa.node.sandbox.program;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Reads the files that a shim writes into its container's directory, in little-endian words of eight bytes:
 *
 * <pre>
 * pid    shim's process id, the command's process id, the start time (seconds, nanoseconds), process id of the one that keeps
 *        standard input open, or 0
 * exit   status as waitpid(2) has it, the finish time (seconds, nanoseconds); appears whole
 * </pre>
 */
public final class ShimFiles {
    static final String PID = "pid";
    static final String EXIT = "exit";
    static final int PID_BYTES = 40;
    static final int EXIT_BYTES = 24;

    private ShimFiles() {}

    /** The processes of a container that was started. */
    public record Started(int shim, int command, Instant at, int stdinKeeper) {}

    /** The end of the command. */
    public record Ended(int exitCode, Instant at) {}

    public static @Nullable Started started(Path container) throws IOException {
        ByteBuffer words = read(container.resolve(PID), PID_BYTES);
        return words == null
                ? null
                : new Started((int) words.getLong(), (int) words.getLong(), instant(words), (int) words.getLong());
    }

    public static @Nullable Ended ended(Path container) throws IOException {
        ByteBuffer words = read(container.resolve(EXIT), EXIT_BYTES);
        return words == null ? null : new Ended(exitCode((int) words.getLong()), instant(words));
    }

    /** Converts a status of {@code waitpid(2)} to an exit code, as shells and Kubernetes do. */
    public static int exitCode(int status) {
        int signal = status & 0x7f;
        return signal == 0 ? status >>> 8 & 0xff : 128 + signal;
    }

    private static @Nullable ByteBuffer read(Path file, int length) throws IOException {
        try {
            byte[] bytes = Files.readAllBytes(file);
            return bytes.length == length ? ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN) : null;
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    private static Instant instant(ByteBuffer words) {
        return Instant.ofEpochSecond(words.getLong(), words.getLong());
    }
}
