package dev.proa.image.solver;

import dev.proa.image.ImageFailure;
import dev.proa.image.dockerfile.IgnoreFile;
import dev.proa.image.dockerfile.Mount;
import dev.proa.image.dockerfile.Stage;
import dev.proa.image.solver.BuildSandbox.Root;
import dev.proa.image.solver.CopyFiles.Selected;
import dev.proa.image.store.FileTrees;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;

/** The mounts of one {@code RUN}. Closing deletes what was made for them and releases caches. For one thread. */
final class RunMounts implements AutoCloseable {
    private static final String SCRIPTS = "/dev/pipes";

    private final Solve solve;
    private final Stage stage;
    private final List<Mount> mounts;
    private final UnaryOperator<String> absolute;
    private final Map<String, String> scripts = new LinkedHashMap<>();
    private final List<Path> temporary = new ArrayList<>();
    private final CacheMounts caches;

    /** @param absolute makes targets absolute */
    RunMounts(Solve solve, Stage stage, List<Mount> mounts, UnaryOperator<String> absolute) {
        this.solve = solve;
        this.stage = stage;
        this.mounts = mounts;
        this.absolute = absolute;
        caches = new CacheMounts(solve.cache(), solve.sandbox());
    }

    /** Adds a script that is a heredoc; returns its path for the command. */
    String script(String name, String content) {
        scripts.put(name, content);
        return SCRIPTS + "/" + name;
    }

    /** Adds what the mounts bring to a key: not the content of caches and secrets. */
    void addTo(Key key) throws IOException, InterruptedException {
        for (Mount mount : mounts) {
            key.add("mount", mount.getClass().getSimpleName()).add("target", target(mount));
            switch (mount) {
                case Mount.Bind bind -> {
                    key.add("source", bind.source()).add("writable", Boolean.toString(bind.writable()));
                    key.add("from", content(solve.source(stage, bind.from()), bind.source()));
                }
                case Mount.Cache cache -> key.add("id", cache.id()).add("readOnly", Boolean.toString(cache.readOnly()));
                case Mount.Tmpfs tmpfs -> key.add("size", Long.toString(tmpfs.size()));
                case Mount.Secret secret -> key.add("id", secret.id()).add("env", String.valueOf(secret.env()));
                case Mount.Ssh ssh -> key.add("id", ssh.id());
            }
        }
        scripts.forEach(key::add);
    }

    private String target(Mount mount) {
        String target = absolute.apply(
                switch (mount) {
                    case Mount.Bind bind -> bind.target();
                    case Mount.Cache cache -> cache.target();
                    case Mount.Tmpfs tmpfs -> tmpfs.target();
                    case Mount.Secret secret ->
                        secret.target() == null ? "/run/secrets/" + secret.id() : secret.target();
                    case Mount.Ssh ssh -> ssh.target();
                });
        if (target.equals("/")) {
            throw ImageFailure.invalid(
                    "a mount cannot be at /, where the working directory leads; give it another target");
        }
        return target;
    }

    private static String content(Solve.Source source, String path) throws IOException {
        return switch (source) {
            case Solve.Source.OfLayers(Layers layers) -> layers.key().hex();
            case Solve.Source.OfFolder(ContextFiles files) -> {
                Key key = new Key("content");
                CopyFiles.addTo(key, CopyFiles.select(files, path, false, IgnoreFile.NONE));
                yield key.finish().hex();
            }
        };
    }

    /**
     * Makes what is mounted.
     *
     * @param environment of the command; secrets and the agent's socket are added
     */
    List<RunRequest.Mount> prepare(Map<String, String> environment) throws IOException, InterruptedException {
        Map<Mount.Cache, Path> taken = caches();
        List<RunRequest.Mount> prepared = new ArrayList<>();
        for (Mount mount : mounts) {
            String target = target(mount);
            switch (mount) {
                case Mount.Bind bind -> prepared.add(bind(bind, target));
                case Mount.Cache cache ->
                    prepared.add(new RunRequest.Mount.Directory(
                            Objects.requireNonNull(taken.get(cache)), target, cache.readOnly()));
                case Mount.Tmpfs tmpfs -> prepared.add(new RunRequest.Mount.Memory(target, tmpfs.size()));
                case Mount.Secret secret -> secret(secret, target, environment, prepared);
                case Mount.Ssh ssh -> ssh(ssh, target, environment, prepared);
            }
        }
        if (!scripts.isEmpty()) {
            Path directory = solve.cache().temporary();
            temporary.add(directory);
            for (Map.Entry<String, String> script : scripts.entrySet()) {
                Path file = Files.writeString(directory.resolve(script.getKey()), script.getValue());
                Files.setAttribute(file, "unix:mode", 0755);
            }
            Files.setAttribute(directory, "unix:mode", 0755);
            prepared.add(new RunRequest.Mount.Directory(directory, SCRIPTS, true));
        }
        return prepared;
    }

    private RunRequest.Mount bind(Mount.Bind bind, String target) throws IOException, InterruptedException {
        Solve.Source source = solve.source(stage, bind.from());
        if (source instanceof Solve.Source.OfLayers(Layers layers) && !bind.writable()) {
            return new RunRequest.Mount.Layers(layers.directories(), bind.source(), target);
        }
        Path copy = copy(source, bind.source());
        return new RunRequest.Mount.Directory(copy, target, !bind.writable());
    }

    /** A copy of what a source has at a path: a file, or a directory. */
    private Path copy(Solve.Source source, String path) throws IOException {
        Path home = solve.cache().temporary();
        temporary.add(home);
        String name = FileSource.clean(path);
        name = "/copy/" + name.substring(name.lastIndexOf('/') + 1);
        String to = name.equals("/copy/") ? "/copy" : name;
        switch (source) {
            case Solve.Source.OfFolder(ContextFiles files) -> copy(files, path, home, to);
            case Solve.Source.OfLayers(Layers layers) ->
                solve.sandbox().mounted(List.of(new Root(layers.directories(), null)), roots -> {
                    copy(new RootFiles(roots.getFirst(), solve.sandbox().attributes()), path, home, to);
                    return home;
                });
        }
        return home.resolve(to.substring(1));
    }

    private void copy(FileSource source, String path, Path home, String to) throws IOException {
        List<Selected> selected = CopyFiles.select(source, path, false, IgnoreFile.NONE);
        new CopyFiles(home, null, null, solve.sandbox().whiteouts()).copy(selected, to);
    }

    /** Takes the caches, in an order that all steps have in common, since two may want the same ones. */
    private Map<Mount.Cache, Path> caches() throws IOException, InterruptedException {
        List<Mount.Cache> sorted = mounts.stream()
                .filter(Mount.Cache.class::isInstance)
                .map(Mount.Cache.class::cast)
                .sorted(Comparator.comparing(Mount.Cache::id)
                        .thenComparing(cache -> cache.sharing() == Mount.Sharing.SHARED))
                .toList();
        Map<Mount.Cache, Path> taken = new HashMap<>();
        for (Mount.Cache cache : sorted) {
            taken.put(cache, caches.take(cache, () -> make(cache)));
        }
        return taken;
    }

    private Path make(Mount.Cache cache) throws IOException, InterruptedException {
        Path made;
        if (cache.from().isEmpty()) {
            made = Files.createDirectory(solve.cache().temporary().resolve("mount"));
            temporary.add(made.resolveSibling(""));
        } else {
            made = copy(solve.source(stage, cache.from()), cache.source());
        }
        Files.setAttribute(made, "unix:mode", cache.ownership().mode());
        Files.setAttribute(made, "unix:uid", (int) cache.ownership().uid());
        Files.setAttribute(made, "unix:gid", (int) cache.ownership().gid());
        return made;
    }

    private void secret(
            Mount.Secret secret, String target, Map<String, String> environment, List<RunRequest.Mount> prepared)
            throws IOException {
        Path file = solve.request().secrets().get(secret.id());
        if (file == null) {
            if (secret.required()) {
                throw ImageFailure.invalid(
                        "secret " + secret.id() + ": not found; give it with --secret id=" + secret.id() + ",src=FILE");
            }
            return;
        }
        byte[] content = Files.readAllBytes(file);
        if (secret.env() != null) {
            environment.put(secret.env(), new String(content, StandardCharsets.UTF_8));
        }
        if (secret.target() != null || secret.env() == null) {
            Mount.Ownership ownership = secret.ownership();
            prepared.add(new RunRequest.Mount.File(
                    content, target, ownership.mode(), (int) ownership.uid(), (int) ownership.gid()));
        }
    }

    private void ssh(Mount.Ssh ssh, String target, Map<String, String> environment, List<RunRequest.Mount> prepared) {
        Path socket = solve.request().sshSockets().get(ssh.id());
        if (socket == null || !Files.exists(socket, LinkOption.NOFOLLOW_LINKS)) {
            if (ssh.required()) {
                throw ImageFailure.invalid("unset ssh forward key " + ssh.id() + "; give the agent's socket with --ssh "
                        + ssh.id() + "=SOCKET");
            }
            return;
        }
        environment.putIfAbsent("SSH_AUTH_SOCK", target);
        prepared.add(new RunRequest.Mount.Directory(socket, target, false));
    }

    @Override
    public void close() throws IOException {
        try (caches) {
            for (Path each : temporary) {
                FileTrees.delete(each);
            }
        }
    }
}
