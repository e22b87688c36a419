package dev.proa.image.registry;

import dev.proa.image.ImageFailure;
import dev.proa.image.ImageFailure.Reason;
import dev.proa.image.JsonDocument;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Programs named {@code docker-credential-<name>} that keep passwords, by the protocol of Docker's credential helpers: {@code get}
 * reads a server's name from standard input and writes a JSON object to standard output.
 */
final class CredentialHelper {
    private static final String PROGRAM = "docker-credential-";
    private static final String UNKNOWN = "credentials not found in native keychain";
    private static final int MAX_ANSWER_BYTES = 1 << 16;
    /** Helpers of cloud providers ask servers for fresh tokens. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Map<String, String> environment;
    private final Duration patience;

    CredentialHelper(Map<String, String> environment) {
        this(environment, PATIENCE);
    }

    CredentialHelper(Map<String, String> environment, Duration patience) {
        this.environment = Map.copyOf(environment);
        this.patience = patience;
    }

    /** What a helper keeps for a server. */
    record Login(String user, String secret) {
        @Override
        public String toString() {
            return "Login[" + user + ", ***]";
        }
    }

    /**
     * Asks a helper.
     *
     * @param name after {@code docker-credential-}
     * @return null when it knows no credentials for the server
     */
    @Nullable
    Login get(String name, String server) {
        String program = PROGRAM + name;
        Process process = start(program);
        try {
            try (OutputStream in = process.getOutputStream()) {
                in.write(server.getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                // It has ended without reading; its answer says why.
            }
            CompletableFuture<byte[]> answer = CompletableFuture.supplyAsync(() -> read(process.getInputStream()));
            byte[] said = answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
            if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new TimeoutException();
            }
            return login(program, process.exitValue(), said);
        } catch (TimeoutException e) {
            throw failure(program + " did not answer within " + patience.toSeconds() + " s", e);
        } catch (ExecutionException e) {
            throw failure("the answer of " + program + " cannot be read", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failure(program + " was not waited for", e);
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    private Process start(String program) {
        Path file = find(program);
        if (file == null) {
            throw failure("there is no " + program + " on the PATH, though a registry login names it", null);
        }
        ProcessBuilder builder = new ProcessBuilder(file.toString(), "get");
        builder.environment().clear();
        builder.environment().putAll(environment);
        try {
            return builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
        } catch (IOException e) {
            throw failure(file + " cannot be run", e);
        }
    }

    private @Nullable Path find(String program) {
        if (!program.matches("[A-Za-z0-9._-]+")) {
            return null;
        }
        for (String folder : environment.getOrDefault("PATH", "").split(File.pathSeparator)) {
            try {
                Path file = Path.of(folder, program);
                if (file.isAbsolute() && Files.isRegularFile(file) && Files.isExecutable(file)) {
                    return file;
                }
            } catch (InvalidPathException e) {
                // No folder of files, then.
            }
        }
        return null;
    }

    private static byte[] read(InputStream out) {
        try (out) {
            return out.readNBytes(MAX_ANSWER_BYTES);
        } catch (IOException e) {
            return new byte[0];
        }
    }

    private static @Nullable Login login(String program, int exit, byte[] said) {
        if (exit != 0) {
            String message = new String(said, StandardCharsets.UTF_8).strip();
            if (message.contains(UNKNOWN)) {
                return null;
            }
            // What it says may be a secret, if it is wrong about what it does.
            throw failure(program + " ended with " + exit + "; try it by hand: echo HOST | " + program + " get", null);
        }
        try {
            JsonDocument json = JsonDocument.parse(said, "answer of " + program);
            String user = json.string("Username", "");
            String secret = json.string("Secret", "");
            return user.isEmpty() && secret.isEmpty() ? null : new Login(user, secret);
        } catch (ImageFailure e) {
            throw failure(program + " gave no valid JSON", null);
        }
    }

    private static ImageFailure failure(String what, @Nullable Throwable cause) {
        return new ImageFailure(Reason.UNAUTHORIZED, what, cause);
    }
}
