package dev.proa.delivery.pipeline.run;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/**
 * What a tool in a job's container asks of the runner: a call of {@code docker} or {@code proa}, which in the container are the script {@code tool}.
 *
 * @param id of the request in its container
 * @param tool the name it was called by
 * @param arguments of the call
 * @param workingDirectory in the container
 * @param input what the tool read from its standard input, where its arguments say so
 */
record ToolRequest(String id, String tool, List<String> arguments, String workingDirectory, String input) {
    /** The tools that the runner answers. */
    static final List<String> TOOLS = List.of("docker", "proa");

    ToolRequest {
        arguments = List.copyOf(arguments);
    }

    /** Puts the tools into a container; returns the folder for its search path. */
    static String install(JobContainer container) throws IOException, InterruptedException {
        String folder = container.control() + "/bin";
        byte[] script = script();
        for (String tool : TOOLS) {
            container.write(folder + "/" + tool, script, "0755");
        }
        return folder;
    }

    private static byte[] script() {
        try (InputStream in = Objects.requireNonNull(ToolRequest.class.getResourceAsStream("tool"))) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String folder(JobContainer container, String id) {
        return container.control() + "/requests/" + id;
    }

    /** Reads a request. */
    static ToolRequest read(JobContainer container, String id) throws IOException, InterruptedException {
        String folder = folder(container, id);
        String arguments = text(container.read(folder + "/args"));
        return new ToolRequest(
                id,
                text(container.read(folder + "/tool")),
                arguments.isEmpty()
                        ? List.of()
                        : List.of(arguments.substring(0, arguments.length() - 1).split("\0", -1)),
                text(container.read(folder + "/cwd")).stripTrailing(),
                text(container.read(folder + "/stdin")));
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** Has the tool print something. */
    void print(JobContainer container, String text) throws IOException, InterruptedException {
        container.run(
                "cat >> \"$1/out\"",
                new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)),
                OutputStream.nullOutputStream(),
                folder(container, id));
    }

    /** Ends the tool. */
    void end(JobContainer container, int exit) throws IOException, InterruptedException {
        container.sh(
                "echo \"$2\" > \"$1/exit.new\" && mv \"$1/exit.new\" \"$1/exit\"",
                folder(container, id),
                Integer.toString(exit));
    }
}
