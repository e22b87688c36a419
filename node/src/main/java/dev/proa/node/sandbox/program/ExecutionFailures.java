package dev.proa.node.sandbox.program;

import dev.proa.node.cri.RuntimeFailure;
import dev.proa.node.cri.RuntimeFailure.Reason;
import dev.proa.node.linux.Errno;
import dev.proa.node.linux.SyscallProgram;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Explains why a new process failed before it executed its command, in the words of other runtimes.
 *
 * <p>A program reports a failure as two words, {@link SyscallProgram#ERROR}, and one word for each place where the command was
 * looked for.
 */
public final class ExecutionFailures {
    /** Prefix of the names of steps that execute the command. */
    static final String EXECUTE = "execute ";

    /** The largest report in bytes: a word for each directory in {@code PATH}, which must fit into one argument. */
    public static final int LONGEST_REPORT = 1 << 20;

    private ExecutionFailures() {}

    public static RuntimeFailure explain(byte[] report, SyscallProgram program, ProcessSpec process) {
        ByteBuffer words = ByteBuffer.wrap(report).order(ByteOrder.LITTLE_ENDIAN);
        if (words.remaining() < 16) {
            return new RuntimeFailure(Reason.INTERNAL, "cannot start the process: its launcher was killed");
        }
        SyscallProgram.Step step = program.stepAt(words.getLong());
        int error = (int) -words.getLong();
        String what = step == null ? "unknown step" : step.what();
        if (!what.startsWith(EXECUTE)) {
            return new RuntimeFailure(
                    Reason.INTERNAL, "cannot start the process: " + what + ": " + Errno.message(error));
        }
        while (words.remaining() >= 8) {
            int attempt = (int) -words.getLong();
            if (attempt != Errno.ENOENT && attempt != Errno.ENOTDIR && attempt != 0) {
                error = attempt;
                break;
            }
        }
        String command = process.arguments().getFirst();
        String reason = error != Errno.ENOENT
                ? Errno.message(error)
                : command.contains("/")
                        ? "stat " + command + ": no such file or directory"
                        : "executable file not found in $PATH";
        return new RuntimeFailure(Reason.INVALID_ARGUMENT, "exec: \"" + command + "\": " + reason);
    }
}
