package dev.proa.image.build;

import dev.proa.image.ImageFailure;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Runs a program on a folder that is not trusted: as the user who builds it, without input, within a time and with bounded
 * output.
 */
public final class OwnerProcess {
    private static final int MOST_ERROR_BYTES = 64 << 10;

    private OwnerProcess() {}

    /**
     * What a program left.
     *
     * @param output its standard output
     * @param error the first part of its standard error
     */
    public record Result(int exit, byte[] output, String error) {}

    /** The program of that name that a shell would run; null when there is none. */
    public static @Nullable Path find(String name) {
        return Programs.find(name);
    }

    /**
     * Runs a program. An interrupt kills it and everything it started, and so does the end of its time.
     *
     * @param folder the directory it starts in, whose owner it runs as when this process is root's
     * @param most bytes of output
     * @throws ImageFailure when it takes too long, writes too much, or cannot be started
     */
    public static Result run(List<String> command, Path folder, Duration limit, int most) {
        Map<String, String> own = System.getenv();
        BuildUser user = BuildUser.of(folder, own);
        ProcessBuilder builder = new ProcessBuilder(user == null ? command : user.command(command));
        builder.directory(folder.toFile());
        if (user != null) {
            user.enter(builder.environment(), Path.of("/nonexistent"));
        }
        String name = String.valueOf(Path.of(command.getFirst()).getFileName());
        Process process;
        try {
            process = builder.start();
            process.getOutputStream().close();
        } catch (IOException e) {
            throw ImageFailure.storage("cannot run " + name, e);
        }
        try {
            CompletableFuture<byte[]> output = reading(process.getInputStream(), most);
            CompletableFuture<byte[]> error = reading(process.getErrorStream(), MOST_ERROR_BYTES);
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw failed(name + " did not end within " + limit.toSeconds() + " s");
            }
            byte[] text = output.get(limit.toMillis(), TimeUnit.MILLISECONDS);
            if (text.length > most) {
                throw failed(name + " wrote more than " + (most >> 20) + " MiB");
            }
            String said = new String(error.get(limit.toMillis(), TimeUnit.MILLISECONDS), StandardCharsets.UTF_8);
            return new Result(process.exitValue(), text, said.strip());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ImageFailure(ImageFailure.Reason.BUILD_FAILED, "interrupted while running " + name, e);
        } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
            throw new ImageFailure(ImageFailure.Reason.BUILD_FAILED, "lost the output of " + name, e);
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    /** Reads all, but keeps only one byte more than {@code most}, so that the program can end. */
    private static CompletableFuture<byte[]> reading(InputStream in, int most) {
        CompletableFuture<byte[]> read = new CompletableFuture<>();
        Thread.startVirtualThread(() -> {
            ByteArrayOutputStream kept = new ByteArrayOutputStream();
            byte[] buffer = new byte[1 << 14];
            try (in) {
                for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                    kept.write(buffer, 0, Math.min(n, most + 1 - kept.size()));
                }
                read.complete(kept.toByteArray());
            } catch (IOException e) {
                read.completeExceptionally(new UncheckedIOException(e));
            }
        });
        return read;
    }

    private static ImageFailure failed(String message) {
        return new ImageFailure(ImageFailure.Reason.BUILD_FAILED, message);
    }
}
