package dev.proa.image.build;

import dev.proa.image.ImageFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Runs a program to its end. */
final class Command {
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
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.directory(directory.toFile());
        builder.redirectErrorStream(true);
        environment.accept(builder.environment());
        Guard guard = new Guard();
        try (guard) {
            Process process = guard.start(builder, command.getFirst());
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Outcome(process.waitFor(), output);
        } catch (IOException e) {
            throw ImageFailure.storage("lost the output of " + command.getFirst(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ImageFailure(
                    ImageFailure.Reason.BUILD_FAILED, "interrupted while running " + command.getFirst(), e);
        }
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
