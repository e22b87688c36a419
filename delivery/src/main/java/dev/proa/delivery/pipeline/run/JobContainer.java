package dev.proa.delivery.pipeline.run;

import dev.proa.client.ObjectKey;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The container in whose file system a job's steps run. Needs {@code sh}, {@code cat}, {@code tar}, {@code tail}, {@code head}, {@code wc} and {@code sleep} in its
 * image. Methods block; safe for any thread.
 *
 * @param control folder of the runner's own files in the container, as {@code /__proa}
 */
record JobContainer(PodCommands commands, ObjectKey pod, String name, String control) {
    /** Of a file or of a script's output: what is larger is not read into memory. */
    static final int MOST_BYTES = 16 << 20;

    /** Of the end of what a command complains of. */
    private static final int MOST_ERRORS = 4 << 10;

    /** Ends a command that ended otherwise than it had to. */
    static final class CommandFailure extends IOException {
        private static final long serialVersionUID = 1;

        CommandFailure(String message) {
            super(message);
        }
    }

    /** Runs a script of {@code sh} that must succeed; returns its output, of which there may be {@link #MOST_BYTES}. */
    String sh(String script, String... arguments) throws IOException, InterruptedException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        run(script, InputStream.nullInputStream(), new BoundedOutput(out, MOST_BYTES), arguments);
        return out.toString(StandardCharsets.UTF_8);
    }

    /** Runs a script of {@code sh} that must succeed. */
    void run(String script, InputStream in, OutputStream out, String... arguments)
            throws IOException, InterruptedException {
        LastBytes errors = new LastBytes(MOST_ERRORS);
        int exit = exec(script, in, out, errors, arguments);
        if (exit != 0) {
            throw new CommandFailure("a command in pod " + pod + " ended with " + exit + ": "
                    + errors.text().strip());
        }
    }

    /** Runs a script of {@code sh}; returns its exit code. */
    int exec(String script, InputStream in, OutputStream out, OutputStream errors, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("sh", "-c", script, "sh"));
        command.addAll(List.of(arguments));
        return commands.exec(pod, name, command, in, out, errors);
    }

    /** Writes a file, with its folder. */
    void write(String file, byte[] content, String mode) throws IOException, InterruptedException {
        run(
                "mkdir -p \"${1%/*}\" && cat > \"$1\" && chmod \"$2\" \"$1\"",
                new ByteArrayInputStream(content), OutputStream.nullOutputStream(), file, mode);
    }

    /** The content of a file, of which there may be {@link #MOST_BYTES}; empty when it is not there. */
    byte[] read(String file) throws IOException, InterruptedException {
        return read(file, MOST_BYTES);
    }

    /**
     * The content of a file; empty when it is not there.
     *
     * @throws IOException also when it is larger than {@code most} bytes
     */
    byte[] read(String file, int most) throws IOException, InterruptedException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        OutputStream bounded = new BoundedOutput(out, most); // the image's head need not be one
        run(
                "if [ -e \"$1\" ]; then head -c \"$2\" \"$1\"; fi",
                InputStream.nullInputStream(),
                bounded,
                file,
                Integer.toString(most + 1));
        return out.toByteArray();
    }

    /** Unpacks a tar archive in a folder. */
    void unpack(InputStream tar, String folder) throws IOException, InterruptedException {
        run("mkdir -p \"$1\" && tar -xf - -C \"$1\"", tar, OutputStream.nullOutputStream(), folder);
    }
}
