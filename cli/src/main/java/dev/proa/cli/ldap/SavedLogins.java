package dev.proa.cli.ldap;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.codec.Json;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** The tokens of a user's last logins, in files that nobody else may read. */
public final class SavedLogins {
    /** A token is not used that is about to expire. */
    private static final Duration ABOUT = Duration.ofSeconds(30);

    private static final FileAttribute<?> DIRECTORY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final FileAttribute<?> FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Path directory;

    /** @param directory made when it is needed */
    public SavedLogins(Path directory) {
        this.directory = directory;
    }

    /** The login at a webhook under a name; null when there is none that still counts. */
    public LoginClient.@Nullable Login find(URI url, String username, Instant now) throws IOException {
        MapValue saved;
        try {
            saved = Json.decodeMap(Files.readAllBytes(file(url, username)));
        } catch (NoSuchFileException | DecodeException e) {
            return null;
        }
        Instant expires = Times.parse(saved.get("expirationTimestamp"));
        return expires == null || !now.plus(ABOUT).isBefore(expires)
                ? null
                : new LoginClient.Login(saved.string("username"), saved.string("token"), expires);
    }

    public void save(URI url, String username, LoginClient.Login login) throws IOException {
        Files.createDirectories(directory, DIRECTORY);
        Path made = Files.createTempFile(directory, "login-", ".tmp", FILE);
        try {
            Files.write(
                    made,
                    Json.encode(MapValue.of(
                            "username",
                            login.user(),
                            "token",
                            login.token(),
                            "expirationTimestamp",
                            Times.format(login.expires()))));
            Files.move(made, file(url, username), StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(made);
        }
    }

    public void forget(URI url, String username) throws IOException {
        Files.deleteIfExists(file(url, username));
    }

    private Path file(URI url, String username) {
        try {
            byte[] name = (url + "\n" + username).getBytes(StandardCharsets.UTF_8);
            return directory.resolve(HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(name)) + ".json");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("This Java has no SHA-256", e);
        }
    }
}
