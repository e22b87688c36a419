import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * Gets Maven with nothing but a JDK; {@code mvnw} runs this when no Maven is installed:
 * {@code java InstallMaven.java DIRECTORY SHA512 URL...}
 *
 * <p>Takes the zip archive from the first URL that has it (https, http or file), checks its SHA-512, and puts what is in its one folder
 * into {@code DIRECTORY}, all at once: several that do so at the same time do no harm.
 */
final class InstallMaven {
    private static final Duration PATIENCE_TO_CONNECT = Duration.ofSeconds(15);
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private InstallMaven() {}

    public static void main(String[] arguments) throws Exception {
        if (arguments.length < 3) {
            System.err.println("usage: java InstallMaven.java DIRECTORY SHA512 URL...");
            System.exit(2);
        }
        Path directory = Path.of(arguments[0]).toAbsolutePath();
        Path parent = directory.getParent();
        Path work;
        try {
            Files.createDirectories(parent);
            work = Files.createTempDirectory(parent, "new-");
        } catch (IOException e) {
            throw failed("cannot write to " + parent + " (" + reason(e) + "); set MAVEN_USER_HOME to a folder where that is possible");
        }
        Thread cleaning = new Thread(() -> delete(work));
        Runtime.getRuntime().addShutdownHook(cleaning);
        Path archive = work.resolve("maven.zip");
        download(List.of(arguments).subList(2, arguments.length), archive, arguments[1]);
        Path unpacked = work.resolve("unpacked");
        unpack(archive, unpacked);
        try {
            Files.move(unpacked, directory);
        } catch (FileSystemException e) {
            if (!Files.isExecutable(directory.resolve("bin/mvn"))) {
                throw failed("cannot put Maven into " + directory + " (" + reason(e) + "); remove that folder and try again");
            }
        }
    }

    private static void download(List<String> urls, Path archive, String sha512) throws InterruptedException {
        List<String> troubles = new ArrayList<>();
        try (HttpClient client = HttpClient.newBuilder()
                .followRedirects(HttpClient.Redirect.NORMAL)
                .connectTimeout(PATIENCE_TO_CONNECT)
                .build()) {
            for (String url : urls) {
                System.err.println("mvnw: no Maven is installed; getting it from " + url);
                try (InputStream in = open(client, URI.create(url))) {
                    String digest = copy(in, archive);
                    if (digest.equals(sha512)) {
                        return;
                    }
                    troubles.add(url + ": that is not the Maven expected here; its SHA-512 is " + digest);
                } catch (IOException | IllegalArgumentException e) {
                    troubles.add(url + ": " + reason(e));
                }
            }
        }
        throw failed("Maven could not be downloaded:\n  " + String.join("\n  ", troubles)
                + "\nInstall Maven 3.8 or newer (package maven), or set MAVEN_HOME to one, or set MVNW_REPOURL to the address of a"
                + "\nMaven repository that can be reached from here, and try again.");
    }

    private static InputStream open(HttpClient client, URI url) throws IOException, InterruptedException {
        if ("file".equals(url.getScheme())) {
            return Files.newInputStream(Path.of(url));
        }
        HttpResponse<InputStream> response = client.send(
                HttpRequest.newBuilder(url).timeout(PATIENCE).build(), HttpResponse.BodyHandlers.ofInputStream());
        if (response.statusCode() != 200) {
            response.body().close();
            throw new IOException("answered with status " + response.statusCode());
        }
        return response.body();
    }

    private static String copy(InputStream in, Path file) throws IOException {
        try (DigestInputStream digested = new DigestInputStream(in, MessageDigest.getInstance("SHA-512"))) {
            Files.deleteIfExists(file);
            Files.copy(digested, file);
            return HexFormat.of().formatHex(digested.getMessageDigest().digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-512", e);
        }
    }

    /** Leaves out the archive's own first folder, {@code apache-maven-VERSION}. */
    private static void unpack(Path archive, Path directory) throws IOException {
        try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(archive))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                String inside = entry.getName().substring(entry.getName().indexOf('/') + 1);
                Path file = directory.resolve(inside).normalize();
                if (!file.startsWith(directory)) {
                    throw failed("the archive has a file outside of its folder: " + entry.getName());
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(file);
                } else {
                    Files.createDirectories(file.getParent());
                    Files.copy(zip, file);
                    if (inside.startsWith("bin/") && !file.toFile().setExecutable(true, false)) {
                        throw failed("cannot make " + file + " executable");
                    }
                }
            }
        }
    }

    /** Exceptions of the network often have no message, and what they come of has. */
    private static String reason(Exception e) {
        Throwable cause = e;
        while (cause.getMessage() == null && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return switch (cause) {
            case UnresolvedAddressException unknown -> "the name of that machine is not known here";
            case ConnectException refused when refused.getMessage() == null -> "nobody answers there";
            case ClosedChannelException closed -> "nobody answers there";
            default -> {
                String kind = cause.getClass().getSimpleName();
                yield cause.getMessage() == null ? kind : kind + ": " + cause.getMessage();
            }
        };
    }

    private static RuntimeException failed(String message) {
        System.err.println("mvnw: " + message);
        System.exit(1);
        return new IllegalStateException(message); // not reached
    }

    private static void delete(Path directory) {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            System.err.println("mvnw: " + directory + " was not deleted: " + reason(e));
        }
    }
}
