package dev.proa.image.registry;

import dev.proa.image.ImageFailure;
import dev.proa.image.ImageFailure.Reason;
import dev.proa.image.JsonDocument;
import dev.proa.image.Reference;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The registries that a user has logged in to, as {@code docker login}, {@code podman login} and {@code skopeo login} leave it:
 * passwords in a file, or the names of credential helpers that keep them.
 *
 * <p>Files, the first that knows the registry: {@code $REGISTRY_AUTH_FILE} alone if it is set; else {@code
 * $XDG_RUNTIME_DIR/containers/auth.json}, {@code $XDG_CONFIG_HOME/containers/auth.json} (default {@code ~/.config}), and {@code
 * $DOCKER_CONFIG/config.json} (default {@code ~/.docker}). They are read each time. Thread-safe.
 */
public final class RegistryLogins {
    private static final int MAX_FILE_BYTES = 1 << 20;
    /** What Docker calls Docker Hub. */
    private static final String DOCKER_HUB = "https://index.docker.io/v1/";
    /** A helper gives this instead of a user's name when the secret is an identity token. */
    private static final String TOKEN_USER = "<token>";

    private final List<Path> files;
    private final CredentialHelper helper;

    private RegistryLogins(List<Path> files, CredentialHelper helper) {
        this.files = List.copyOf(files);
        this.helper = helper;
    }

    /** The logins of the user with this environment. */
    public static RegistryLogins of(Map<String, String> environment) {
        return new RegistryLogins(files(environment), new CredentialHelper(environment));
    }

    private static List<Path> files(Map<String, String> environment) {
        String only = environment.getOrDefault("REGISTRY_AUTH_FILE", "");
        if (!only.isEmpty()) {
            return List.of(Path.of(only));
        }
        Path home = Path.of(environment.getOrDefault("HOME", System.getProperty("user.home")));
        List<Path> files = new ArrayList<>();
        String runtime = environment.getOrDefault("XDG_RUNTIME_DIR", "");
        if (!runtime.isEmpty()) {
            files.add(Path.of(runtime, "containers", "auth.json"));
        }
        files.add(directory(environment, "XDG_CONFIG_HOME", home.resolve(".config"))
                .resolve("containers/auth.json"));
        files.add(
                directory(environment, "DOCKER_CONFIG", home.resolve(".docker")).resolve("config.json"));
        return files;
    }

    private static Path directory(Map<String, String> environment, String name, Path otherwise) {
        String given = environment.getOrDefault(name, "");
        return given.isEmpty() ? otherwise : Path.of(given);
    }

    /**
     * The user's credentials for a repository.
     *
     * @return null when there are none
     * @throws ImageFailure when a file cannot be read, or a helper fails or takes too long
     */
    public @Nullable RegistryCredentials find(Reference reference) {
        for (Path file : files) {
            RegistryCredentials found = find(file, reference);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    private @Nullable RegistryCredentials find(Path file, Reference reference) {
        if (!Files.isRegularFile(file)) {
            return null;
        }
        JsonDocument config = read(file);
        String name = config.stringMap("credHelpers").getOrDefault(reference.registry(), "");
        if (name.isEmpty() && reference.registry().equals("docker.io")) {
            name = config.stringMap("credHelpers").getOrDefault("index.docker.io", "");
        }
        if (name.isEmpty()) {
            name = config.string("credsStore", "");
        }
        String server = reference.registry().equals("docker.io") ? DOCKER_HUB : reference.registry();
        CredentialHelper.Login kept = name.isEmpty() ? null : helper.get(name, server);
        if (kept != null) {
            return kept.user().equals(TOKEN_USER)
                    ? new RegistryCredentials("", "", kept.secret())
                    : new RegistryCredentials(kept.user(), kept.secret());
        }
        JsonDocument logins = config.object("auths");
        if (logins == null) {
            return null;
        }
        for (String key : keys(reference)) {
            JsonDocument login = logins.object(key);
            RegistryCredentials found = login == null ? null : credentials(login, file, key);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    /** Under which names a login may be, the most specific first. */
    private static List<String> keys(Reference reference) {
        List<String> keys = new ArrayList<>();
        for (String name = reference.name(); !name.isEmpty(); ) {
            keys.add(name);
            name = name.substring(0, Math.max(0, name.lastIndexOf('/')));
        }
        List<String> hosts = reference.registry().equals("docker.io")
                ? List.of("index.docker.io", "registry-1.docker.io")
                : List.of(reference.registry());
        for (String host : hosts) {
            keys.addAll(List.of("https://" + host + "/v1/", host, "https://" + host, "http://" + host));
        }
        return keys;
    }

    private static @Nullable RegistryCredentials credentials(JsonDocument login, Path file, String key) {
        String identity = login.string("identitytoken", "");
        String user = login.string("username", "");
        String password = login.string("password", "");
        String pair = login.string("auth", "");
        if (!pair.isEmpty()) {
            String decoded;
            try {
                decoded = new String(Base64.getDecoder().decode(pair), StandardCharsets.UTF_8);
            } catch (IllegalArgumentException e) {
                decoded = "";
            }
            int colon = decoded.indexOf(':');
            if (colon < 0) {
                // Without the cause, which may quote a secret.
                throw ImageFailure.invalid(
                        file + ": \"auth\" of " + key + " is no user:password in base64; log in again");
            }
            user = decoded.substring(0, colon);
            password = decoded.substring(colon + 1).replaceAll("\0+$", "");
        }
        return user.isEmpty() && identity.isEmpty() ? null : new RegistryCredentials(user, password, identity);
    }

    private static JsonDocument read(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_FILE_BYTES);
            return JsonDocument.parse(bytes.length == 0 ? new byte[] {'{', '}'} : bytes, file.toString());
        } catch (IOException e) {
            throw ImageFailure.storage("cannot read the registry logins in " + file, e);
        } catch (ImageFailure e) {
            // Without the cause, which may quote a secret.
            throw new ImageFailure(Reason.INVALID, file + " is not valid JSON; repair it, or log in again");
        }
    }
}
