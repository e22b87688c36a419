package dev.proa.client.http;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.codec.Yaml;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The user's kubeconfig files: clusters, users, and contexts that pair them. When several files define the same name,
 * the first wins, as in kubectl.
 */
public final class Kubeconfig {
    private final List<Source> sources;

    private Kubeconfig(List<Source> sources) {
        this.sources = sources;
    }

    /** The user's files: those listed in {@code KUBECONFIG}, or {@code ~/.kube/config}. */
    public static List<Path> files(Map<String, String> environment) {
        String listed = environment.getOrDefault("KUBECONFIG", "");
        List<Path> files = new ArrayList<>();
        for (String file : listed.split(java.io.File.pathSeparator)) {
            if (!file.isEmpty()) {
                files.add(Path.of(file));
            }
        }
        if (files.isEmpty()) {
            String home = environment.getOrDefault("HOME", System.getProperty("user.home"));
            files.add(Path.of(home, ".kube", "config"));
        }
        return files;
    }

    /** Reads the user's files. */
    public static Kubeconfig load() {
        return load(files(System.getenv()));
    }

    /**
     * Reads {@code files}; those that do not exist are skipped.
     *
     * @throws IllegalArgumentException when one cannot be parsed
     */
    public static Kubeconfig load(List<Path> files) {
        List<Source> sources = new ArrayList<>();
        for (Path file : files) {
            MapValue content = read(file);
            if (content != null) {
                sources.add(new Source(file.toAbsolutePath(), content));
            }
        }
        return new Kubeconfig(List.copyOf(sources));
    }

    /** The name of the current context; null when none is set. */
    public @Nullable String currentContext() {
        for (Source source : sources) {
            String current = source.content.string("current-context");
            if (!current.isEmpty()) {
                return current;
            }
        }
        return null;
    }

    /** The names of all contexts. */
    public List<String> contexts() {
        List<String> names = new ArrayList<>();
        for (Source source : sources) {
            ListValue contexts = source.content.list("contexts");
            for (int i = 0; i < contexts.size(); i++) {
                String name = contexts.map(i).string("name");
                if (!names.contains(name)) {
                    names.add(name);
                }
            }
        }
        return names;
    }

    /** The namespace of a context; {@code default} when it names none. */
    public String namespace(@Nullable String context) {
        String namespace = context(context).value.string("namespace");
        return namespace.isEmpty() ? "default" : namespace;
    }

    /**
     * The connection that a context describes.
     *
     * @param context its name; null for the current one
     * @throws IllegalArgumentException when it, or something it names, is missing or cannot be used; the message says what
     */
    public Connection connection(@Nullable String context) {
        Named chosen = context(context);
        Named cluster = find("clusters", "cluster", chosen.value.string("cluster"));
        String server = cluster.value.string("server");
        if (server.isEmpty()) {
            throw new IllegalArgumentException(
                    "cluster \"" + chosen.value.string("cluster") + "\" of " + cluster.file + " names no server");
        }
        String userName = chosen.value.string("user");
        Named user = userName.isEmpty() ? new Named(chosen.file, MapValue.EMPTY) : find("users", "user", userName);
        if (user.value.has("exec") || user.value.has("auth-provider")) {
            throw new IllegalArgumentException(
                    "user \"" + userName + "\" of " + user.file
                            + " gets its credentials from another program, which Proa cannot start yet; use a token or a certificate");
        }
        return new Connection(
                URI.create(server),
                cluster.data("certificate-authority"),
                cluster.value.bool("insecure-skip-tls-verify"),
                user.data("client-certificate"),
                user.data("client-key"),
                token(user));
    }

    private static @Nullable Supplier<String> token(Named user) {
        String file = user.value.string("tokenFile");
        if (!file.isEmpty()) {
            Path path = user.resolve(file);
            return () -> text(path).strip();
        }
        String token = user.value.string("token");
        return token.isEmpty() ? null : () -> token;
    }

    private Named context(@Nullable String name) {
        String chosen = name == null ? currentContext() : name;
        if (chosen == null) {
            throw new IllegalArgumentException(
                    "no context is chosen: `kubectl config use-context NAME` chooses one, and there are " + contexts());
        }
        return find("contexts", "context", chosen);
    }

    private Named find(String list, String kind, String name) {
        for (Source source : sources) {
            ListValue items = source.content.list(list);
            for (int i = 0; i < items.size(); i++) {
                if (items.map(i).string("name").equals(name)) {
                    return new Named(source.file, items.map(i).map(kind));
                }
            }
        }
        throw new IllegalArgumentException("there is no " + kind + " \"" + name + "\" in "
                + sources.stream().map(source -> source.file.toString()).toList());
    }

    /** The content of a file; null when there is none. */
    static @Nullable MapValue read(Path file) {
        try {
            String text = Files.readString(file);
            return text.isBlank() ? MapValue.EMPTY : Yaml.decodeMap(text);
        } catch (NoSuchFileException e) {
            return null;
        } catch (DecodeException e) {
            throw new IllegalArgumentException(file + " is no kubeconfig: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file + ", which the kubeconfig names", e);
        }
    }

    private record Source(Path file, MapValue content) {}

    /** A named entry of a file; paths in it are relative to the file. */
    private record Named(Path file, MapValue value) {
        Path resolve(String path) {
            Path directory = file.getParent();
            return directory == null ? Path.of(path) : directory.resolve(path);
        }

        /** PEM data given inline as base64, or in a file. */
        @Nullable
        String data(String name) {
            String inline = value.string(name + "-data");
            if (!inline.isEmpty()) {
                try {
                    return new String(Base64.getMimeDecoder().decode(inline), StandardCharsets.US_ASCII);
                } catch (IllegalArgumentException e) {
                    throw new IllegalArgumentException(name + "-data in " + file + " is not base64", e);
                }
            }
            String path = value.string(name);
            return path.isEmpty() ? null : text(resolve(path));
        }
    }
}
