package dev.proa.image.build;

import dev.proa.image.ImageFailure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Runs a program to its end. */
final class Command {
    /** For builds: some compile much. */
    private static final Duration LIMIT = Duration.ofMinutes(60);

    private static final int MOST = 4 << 20;
    private static final int LINES = 80;
    private static final Pattern COLOUR = Pattern.compile("\u001b\\[[0-9;]*m");

    private Command() {}

    /** The result, with standard output and error combined. */
    record Outcome(int exitCode, String output) {}

    /**
     * Runs a program without input. An interrupt, or the end of this process, kills it and everything it started.
     *
     * @param environment in addition to this process' own
     */
    static Outcome run(List<String> command, Path directory, Map<String, String> environment) {
        return run(command, directory, own -> own.putAll(environment));
    }

    /**
     * As {@link #run(List, Path, Map)}.
     *
     * @param environment changes a copy of this process' own
     */
    static Outcome run(List<String> command, Path directory, Consumer<Map<String, String>> environment) {
        return run(command, directory, environment, LIMIT);
    }

    /**
     * As {@link #run(List, Path, Map)}.
     *
     * @param limit after which the program is killed
     * @throws ImageFailure when it took longer; the message has the end of its output
     */
    static Outcome run(
            List<String> command, Path directory, Consumer<Map<String, String>> environment, Duration limit) {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.directory(directory.toFile());
        builder.redirectErrorStream(true);
        environment.accept(builder.environment());
        Guard guard = new Guard();
        try (guard) {
            Process process = guard.start(builder, command.getFirst());
            process.getOutputStream().close();
            AtomicBoolean late = guard.endAfter(limit, process);
            String output = tail(process.getInputStream());
            int exit = process.waitFor();
            if (late.get()) {
                throw new ImageFailure(
                        ImageFailure.Reason.BUILD_FAILED,
                        command.getFirst() + " was ended after " + limit.toMinutes() + " minutes; its last lines:\n"
                                + lastLines(output));
            }
            return new Outcome(exit, output);
        } catch (IOException e) {
            throw ImageFailure.storage("lost the output of " + command.getFirst(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ImageFailure(
                    ImageFailure.Reason.BUILD_FAILED, "interrupted while running " + command.getFirst(), e);
        }
    }

    /** The output, of which only the last {@link #MOST} to twice as many bytes are kept. */
    private static String tail(InputStream in) throws IOException {
        byte[] before = new byte[0];
        byte[] last = in.readNBytes(MOST);
        while (last.length == MOST) {
            byte[] next = in.readNBytes(MOST);
            if (next.length == 0) {
                break;
            }
            before = last;
            last = next;
        }
        return new String(before, StandardCharsets.UTF_8) + new String(last, StandardCharsets.UTF_8);
    }

    /** The end of an output, without colours. */
    static String lastLines(String output) {
        List<String> lines = COLOUR.matcher(output)
                .replaceAll("")
                .lines()
                .filter(line -> !line.isBlank())
                .toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - LINES), lines.size()));
    }

    /** Makes sure that a program outlives neither its run nor this process, for example after Ctrl-C. */
    private static final class Guard implements AutoCloseable {
        private final Thread atExit = new Thread(this::end);
        private @Nullable Process process;
        private boolean ended;

        /** Starts the program, unless this process is ending already. */
        Process start(ProcessBuilder builder, String name) {
            try {
                Runtime.getRuntime().addShutdownHook(atExit); // first, since this process may end at any time
            } catch (IllegalStateException e) {
                throw new ImageFailure(ImageFailure.Reason.BUILD_FAILED, "ended before running " + name, e);
            }
            synchronized (this) {
                if (ended) {
                    throw new ImageFailure(ImageFailure.Reason.BUILD_FAILED, "ended before running " + name);
                }
                try {
                    process = builder.start();
                    return process;
                } catch (IOException e) {
                    throw ImageFailure.storage("cannot run " + name, e);
                }
            }
        }

        /** Ends the program when it takes longer. */
        AtomicBoolean endAfter(Duration limit, Process running) {
            AtomicBoolean late = new AtomicBoolean();
            Thread.ofVirtual().start(() -> {
                try {
                    if (!running.waitFor(limit)) {
                        late.set(true);
                        end();
                    }
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            return late;
        }

        private synchronized void end() {
            ended = true;
            if (process != null && process.isAlive()) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
        }

        @Override
        public void close() {
            end();
            try {
                Runtime.getRuntime().removeShutdownHook(atExit);
            } catch (IllegalStateException e) {
                // This process is ending, and the hook finds nothing more to do.
            }
        }
    }
}
