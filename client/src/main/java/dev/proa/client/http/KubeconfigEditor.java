package dev.proa.client.http;

import dev.proa.api.codec.Yaml;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Adds contexts to the user's kubeconfig files and removes them. Everything else in the files is kept, except comments,
 * which kubectl drops too. A file is changed under kubectl's own lock ({@link KubeconfigLock}) and replaced
 * atomically; new files are readable by their owner only.
 */
public final class KubeconfigEditor {
    private final List<Path> files;

    /** @param files the user's, as {@link Kubeconfig#files} gives them */
    public KubeconfigEditor(List<Path> files) {
        if (files.isEmpty()) {
            throw new IllegalArgumentException("no kubeconfig file to write to");
        }
        this.files = List.copyOf(files);
    }

    /**
     * Writes a cluster, a user and a context of one name, in the file that already has that name if there is one.
     *
     * @param namespace the context's namespace; empty for none
     * @param makeCurrent whether it becomes the current context
     * @return the file it was written to
     */
    public Path put(String name, Connection connection, String namespace, boolean makeCurrent) throws IOException {
        Path file = fileOf(name);
        edit(file, before -> with(before, name, connection, namespace));
        if (makeCurrent) {
            edit(fileOfCurrent(), before -> before.with("current-context", name));
        }
        return file;
    }

    /** Whether {@link #put} would find its cluster, user and context as it writes them. */
    public boolean has(String name, Connection connection, String namespace) {
        MapValue content = Kubeconfig.read(fileOf(name));
        return content != null && with(content, name, connection, namespace).equals(content);
    }

    /**
     * The text of a kubeconfig with one cluster, one user and one context of one name, which is the current one.
     *
     * @param namespace the context's namespace; empty for none
     */
    public static String text(String name, Connection connection, String namespace) {
        MapValue config = with(MapValue.EMPTY, name, connection, namespace).with("current-context", name);
        return new String(Yaml.encode(config), StandardCharsets.UTF_8);
    }

    /** The config with this cluster, user and context. */
    private static MapValue with(MapValue config, String name, Connection connection, String namespace) {
        MapValue.Builder cluster =
                MapValue.builder(3).put("server", connection.server().toString());
        putData(cluster, "certificate-authority-data", connection.authority());
        if (connection.insecure()) {
            cluster.put("insecure-skip-tls-verify", true);
        }
        MapValue.Builder user = MapValue.builder(3);
        putData(user, "client-certificate-data", connection.certificate());
        putData(user, "client-key-data", connection.key());
        if (connection.token() != null) {
            user.put("token", connection.token().get());
        }
        MapValue.Builder context = MapValue.builder(3).put("cluster", name).put("user", name);
        if (!namespace.isEmpty()) {
            context.put("namespace", namespace);
        }
        MapValue after = config.isEmpty()
                ? MapValue.of("apiVersion", "v1", "kind", "Config", "preferences", MapValue.EMPTY)
                : config;
        after = withNamed(after, "clusters", "cluster", name, cluster.build());
        after = withNamed(after, "users", "user", name, user.build());
        return withNamed(after, "contexts", "context", name, context.build());
    }

    /** Removes the cluster, the user and the context of this name from all files. */
    public void remove(String name) throws IOException {
        for (Path file : files) {
            if (Files.exists(file)) {
                edit(file, before -> {
                    MapValue after = before;
                    for (String list : List.of("clusters", "users", "contexts")) {
                        after = withoutNamed(after, list, name);
                    }
                    return after.string("current-context").equals(name) ? after.with("current-context", "") : after;
                });
            }
        }
    }

    /** The file that names {@code name} already, or the one for new entries. */
    private Path fileOf(String name) {
        for (Path file : files) {
            MapValue content = Kubeconfig.read(file);
            if (content != null && indexOf(content.list("contexts"), name) >= 0) {
                return file;
            }
        }
        return defaultFile();
    }

    private Path fileOfCurrent() {
        for (Path file : files) {
            MapValue content = Kubeconfig.read(file);
            if (content != null && !content.string("current-context").isEmpty()) {
                return file;
            }
        }
        return defaultFile();
    }

    /** The first that exists, else the last, as for kubectl. */
    private Path defaultFile() {
        return files.stream().filter(Files::exists).findFirst().orElse(files.getLast());
    }

    private static MapValue withNamed(MapValue config, String list, String kind, String name, MapValue value) {
        ListValue items = config.list(list);
        MapValue item = MapValue.of("name", name, kind, value);
        int index = indexOf(items, name);
        return config.with(list, index < 0 ? items.plus(item) : items.with(index, item));
    }

    private static MapValue withoutNamed(MapValue config, String list, String name) {
        int index = indexOf(config.list(list), name);
        return index < 0 ? config : config.with(list, config.list(list).without(index));
    }

    private static int indexOf(ListValue items, String name) {
        for (int i = 0; i < items.size(); i++) {
            if (items.map(i).string("name").equals(name)) {
                return i;
            }
        }
        return -1;
    }

    private static void putData(MapValue.Builder into, String name, @Nullable String pem) {
        if (pem != null) {
            into.put(name, Base64.getEncoder().encodeToString(pem.getBytes(StandardCharsets.US_ASCII)));
        }
    }

    private static void edit(Path link, UnaryOperator<MapValue> change) throws IOException {
        Path file = Files.exists(link) ? link.toRealPath() : link.toAbsolutePath();
        Path directory = file.getParent();
        if (directory == null) {
            throw new IOException(file + " is no file");
        }
        Files.createDirectories(directory);
        try (KubeconfigLock _ = KubeconfigLock.of(file)) {
            MapValue content = Kubeconfig.read(file);
            MapValue before = content == null ? MapValue.EMPTY : content;
            MapValue after = change.apply(before);
            if (after.equals(before)) {
                return;
            }
            if (content != null && !Files.isWritable(file)) {
                throw new java.nio.file.AccessDeniedException(file.toString(), null, "it may only be read");
            }
            Path fresh = Files.createTempFile(
                    directory,
                    file.getFileName() + ".",
                    ".tmp",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.write(fresh, Yaml.encode(after));
            if (content != null) {
                Files.setPosixFilePermissions(fresh, Files.getPosixFilePermissions(file));
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
