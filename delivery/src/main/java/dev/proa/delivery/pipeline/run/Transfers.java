package dev.proa.delivery.pipeline.run;

import dev.proa.delivery.pipeline.run.BuiltInActions.Ended;
import dev.proa.delivery.pipeline.run.RunFiles.Named;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Artifacts and caches: folders of a job's container, kept on the cluster's disk as tar archives. */
final class Transfers {
    private static final String SAVE = """
            cd "$1" || exit 1
            shift
            IFS='
            '
            for p; do for q in $p; do if [ -e "$q" ]; then echo "$q"; fi; done; done | sed 's,^/,,' > /tmp/.proa-paths
            if [ -s /tmp/.proa-paths ]; then tar -cf - -C / -T /tmp/.proa-paths; fi
            """;

    private final RunContext context;
    private final BuiltInActions.Job job;
    private final RunFiles files;

    Transfers(RunContext context, BuiltInActions.Job job) {
        this.context = context;
        this.job = job;
        files = context.runFiles();
    }

    Ended restore(Map<String, String> inputs, Consumer<String> log) throws IOException, InterruptedException {
        String key = inputs.getOrDefault("key", "");
        Optional<Named> found =
                files.cache(job.namespace(), job.repository(), key, BuiltInActions.lines(inputs, "restore-keys"));
        if (found.isEmpty()) {
            log.accept("there is no cache " + key);
            return "true".equals(inputs.get("fail-on-cache-miss"))
                    ? Ended.failed("there is no cache " + key)
                    : Ended.with(Map.of("cache-hit", "", "cache-primary-key", key), Map.of());
        }
        if (!"true".equals(inputs.get("lookup-only"))) {
            try (InputStream in = RunFiles.open(found.get())) {
                job.container().unpack(in, "/");
            }
        }
        RunFiles.used(found.get(), context.clock().instant());
        boolean hit = found.get().name().equals(key);
        log.accept("restored the cache " + found.get().name());
        return Ended.with(
                Map.of(
                        "cache-hit", Boolean.toString(hit),
                        "cache-primary-key", key,
                        "cache-matched-key", found.get().name()),
                Map.of("hit", Boolean.toString(hit)));
    }

    Ended save(Map<String, String> inputs, Consumer<String> log) throws IOException, InterruptedException {
        String key = inputs.getOrDefault("key", "");
        List<String> arguments = new ArrayList<>(List.of(job.workspace()));
        for (String path : BuiltInActions.lines(inputs, "path")) {
            String from = path.startsWith("~") ? job.home() + path.substring(1) : path;
            arguments.add(from.startsWith("/") ? from : job.workspace() + "/" + from);
        }
        files.keepCache(
                job.namespace(),
                job.repository(),
                key,
                out -> job.container().run(SAVE, InputStream.nullInputStream(), out, arguments.toArray(String[]::new)));
        log.accept("saved the cache " + key);
        return Ended.well();
    }

    /** All files of the workspace, by their paths in it. */
    List<String> workspace() throws IOException, InterruptedException {
        return job.container()
                .sh("cd \"$1\" && find . -type f -o -type l", job.workspace())
                .lines()
                .map(path -> path.replaceFirst("^\\./", ""))
                .sorted()
                .toList();
    }

    Ended upload(Map<String, String> inputs, Consumer<String> log) throws IOException, InterruptedException {
        String given = inputs.getOrDefault("name", "");
        String name = given.isEmpty() ? "artifact" : given;
        boolean hidden = "true".equals(inputs.get("include-hidden-files"));
        List<PathPattern> patterns = BuiltInActions.lines(inputs, "path").stream()
                .map(line -> line.startsWith(job.workspace() + "/")
                        ? line.substring(job.workspace().length() + 1)
                        : line)
                .map(PathPattern::of)
                .toList();
        List<String> taken = workspace().stream()
                .filter(path -> PathPattern.takes(patterns, path))
                .filter(path -> hidden || !("/" + path).contains("/."))
                .toList();
        if (taken.isEmpty()) {
            String none = "no files were found by " + inputs.getOrDefault("path", "");
            log.accept(none);
            return "error".equals(inputs.get("if-no-files-found")) ? Ended.failed(none) : Ended.well();
        }
        String root = "true".equals(inputs.get("preserve-paths")) ? "" : root(patterns, taken);
        String list = String.join(
                        "\n",
                        taken.stream()
                                .map(path -> path.substring(root.isEmpty() ? 0 : root.length() + 1))
                                .toList())
                + "\n";
        long bytes = files.keepArtifact(
                job.run(),
                name,
                out -> job.container()
                        .run(
                                "tar -cf - -C \"$1\" -T /dev/stdin",
                                new ByteArrayInputStream(list.getBytes(StandardCharsets.UTF_8)),
                                out,
                                root.isEmpty() ? job.workspace() : job.workspace() + "/" + root));
        log.accept("kept the artifact " + name + ": " + taken.size() + " files, " + bytes + " bytes");
        return Ended.with(Map.of("artifact-id", CacheKeys.hash(name).substring(0, 12)), Map.of());
    }

    /** The folder that the paths of an artifact are relative to: the deepest one that all patterns are in. */
    static String root(List<PathPattern> patterns, List<String> taken) {
        String root = null;
        for (PathPattern pattern : patterns) {
            if (pattern.exclude()) {
                continue;
            }
            String one = pattern.root();
            if (taken.contains(one)) { // a file
                one = one.contains("/") ? one.substring(0, one.lastIndexOf('/')) : "";
            }
            root = root == null ? one : common(root, one);
        }
        return root == null ? "" : root;
    }

    private static String common(String one, String other) {
        List<String> parts = new ArrayList<>();
        String[] a = one.split("/");
        String[] b = other.split("/");
        for (int i = 0; i < Math.min(a.length, b.length) && a[i].equals(b[i]); i++) {
            parts.add(a[i]);
        }
        return String.join("/", parts);
    }

    Ended download(Map<String, String> inputs, Consumer<String> log) throws IOException, InterruptedException {
        String name = inputs.getOrDefault("name", "");
        String path = inputs.getOrDefault("path", "");
        String folder = path.isEmpty() ? job.workspace() : path.startsWith("/") ? path : job.workspace() + "/" + path;
        List<Named> found = files.artifacts(job.run()).stream()
                .filter(one -> name.isEmpty() || one.name().equals(name))
                .toList();
        if (found.isEmpty() && !name.isEmpty()) {
            return Ended.failed("this run has no artifact " + name);
        }
        boolean merge = !name.isEmpty()
                || "true".equals(inputs.get("merge-multiple"))
                || "true".equals(inputs.get("preserve-paths"));
        for (Named one : found) {
            try (InputStream in = RunFiles.open(one)) {
                job.container().unpack(in, merge ? folder : folder + "/" + one.name());
            }
            log.accept("brought the artifact " + one.name());
        }
        return Ended.with(Map.of("download-path", folder), Map.of());
    }
}
