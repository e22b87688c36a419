package dev.proa.node.build;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.proa.client.clock.Clock;
import dev.proa.image.Image;
import dev.proa.image.Reference;
import dev.proa.image.build.HostImageBuilder;
import dev.proa.image.solver.BaseImages;
import dev.proa.image.solver.BuildProgress;
import dev.proa.image.solver.BuildRequest;
import dev.proa.image.solver.DockerfileBuilder;
import dev.proa.image.store.ImageStore;
import dev.proa.image.store.LayerUnpacker;
import dev.proa.image.store.Whiteouts;
import dev.proa.image.tar.UnpackLimits;
import dev.proa.node.linux.Mounts;
import dev.proa.node.sandbox.SandboxRequirements;
import dev.proa.node.sandbox.state.StateFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Builds Dockerfiles in a directory of its own, on a base of busybox. */
final class BuildFixture implements AutoCloseable {
    private static final Path BUSYBOX = Path.of("/bin/busybox");

    final Path home;
    final Path context;
    final ImageStore store;
    final RuntimeBuildSandbox sandbox;
    final DockerfileBuilder builder;
    /** The steps of the last build: {@code NAME}, then {@code CACHED}, {@code DONE} or {@code ERROR}. */
    final Map<String, String> steps = new TreeMap<>();

    final StringBuffer output = new StringBuffer();
    final List<String> warnings = new CopyOnWriteArrayList<>();

    BuildFixture() throws IOException {
        this(base -> {});
    }

    /**
     * Skips the test where it cannot be run.
     *
     * @param more is told the base before it is written
     */
    BuildFixture(Consumer<HostImageBuilder> more) throws IOException {
        assumeTrue("root".equals(System.getProperty("user.name")), "running containers needs root");
        assumeTrue(Files.isExecutable(BUSYBOX), "needs a static busybox at " + BUSYBOX);
        List<String> missing = SandboxRequirements.missing(Path.of(System.getProperty("java.io.tmpdir"))).stream()
                .map(SandboxRequirements.Missing::what)
                .toList();
        assumeTrue(missing.isEmpty(), "this machine cannot run containers: " + missing);
        home = Files.createTempDirectory("proa-build-test");
        context = Files.createDirectory(home.resolve("context"));
        store = ImageStore.open(home.resolve("images"));
        HostImageBuilder busybox = HostImageBuilder.busybox(BUSYBOX);
        busybox.file("/etc/passwd", "root:x:0:0::/root:/bin/sh\nalice:x:1000:100::/home/alice:/bin/sh\n", 0644);
        busybox.file("/etc/group", "root:x:0:\nusers:x:100:\nwheel:x:10:alice\n", 0644);
        busybox.link("/var/run", "/run");
        more.accept(busybox);
        busybox.build(store, Reference.parse("busybox"));
        sandbox = new RuntimeBuildSandbox(home.resolve("sandbox"), Clock.system());
        builder = new DockerfileBuilder(store, home.resolve("cache"), BaseImages.of(store), sandbox);
    }

    /** Writes a file of the context. */
    BuildFixture file(String path, String content) throws IOException {
        Path file = context.resolve(path);
        Files.createDirectories(file.resolveSibling(""));
        Files.writeString(file, content);
        return this;
    }

    /** Builds the Dockerfile of the context. */
    Image build() throws InterruptedException {
        return build(BuildRequest.of(context, context.resolve("Dockerfile")));
    }

    /** Writes a Dockerfile and builds it. */
    Image build(String dockerfile) throws IOException, InterruptedException {
        return file("Dockerfile", dockerfile).build();
    }

    Image build(BuildRequest request) throws InterruptedException {
        steps.clear();
        output.setLength(0);
        warnings.clear();
        return builder.build(request, Reference.parse("test:latest"), progress(), warnings::add);
    }

    /** Deletes the results of all steps, as on a machine that has built nothing. */
    void forgetSteps() throws IOException {
        StateFiles.delete(home.resolve("cache"));
    }

    private BuildProgress progress() {
        return name -> new BuildProgress.Vertex() {
            @Override
            public void output(byte[] bytes) {
                output.append(new String(bytes, StandardCharsets.UTF_8));
            }

            @Override
            public void cached() {
                ended("CACHED");
            }

            @Override
            public void done() {
                ended("DONE");
            }

            @Override
            public void failed(String why) {
                ended("ERROR");
            }

            private void ended(String how) {
                synchronized (steps) {
                    steps.put(name, how);
                }
            }
        };
    }

    /** The files that layers above the base's bring: {@code MODE UID:GID PATH}, sorted. */
    List<String> files(Image image, int layersOfBase) throws IOException {
        Path root = Files.createTempDirectory(home, "root");
        for (Image.Layer layer :
                image.layers().subList(layersOfBase, image.layers().size())) {
            try (InputStream in = store.read(layer.descriptor().digest())) {
                LayerUnpacker.unpack(in, layer.diffId(), root, Whiteouts.deleting(), UnpackLimits.DEFAULT);
            }
        }
        List<String> files = new ArrayList<>();
        try (Stream<Path> all = Files.walk(root)) {
            for (Path file : all.filter(each -> !each.equals(root)).sorted().toList()) {
                Map<String, Object> unix = Files.readAttributes(file, "unix:*", LinkOption.NOFOLLOW_LINKS);
                int mode = (int) unix.get("mode");
                String end = Files.isSymbolicLink(file)
                        ? " -> " + Files.readSymbolicLink(file)
                        : Files.isDirectory(file) ? "/" : "";
                files.add("%o %s:%s /%s%s"
                        .formatted(mode & 07777, unix.get("uid"), unix.get("gid"), root.relativize(file), end));
            }
        }
        return files;
    }

    @Override
    public void close() throws IOException {
        Path runs = home.resolve("sandbox/runs");
        List<Path> left = new ArrayList<>();
        if (Files.exists(runs)) {
            try (Stream<Path> own = Files.list(runs)) {
                own.forEach(run -> left.add(Path.of("/sys/fs/cgroup/unified/proa/build-" + run.getFileName())));
                left.replaceAll(group -> Files.exists(Path.of("/sys/fs/cgroup/unified"))
                        ? group
                        : Path.of("/sys/fs/cgroup/proa").resolve(group.getFileName()));
            }
        }
        sandbox.close();
        left.removeIf(Files::notExists);
        if (!left.isEmpty()) {
            throw new AssertionError("control groups were left behind: " + left);
        }
        if (!Mounts.below(home).isEmpty()) {
            throw new AssertionError("mounts were left behind: " + Mounts.below(home));
        }
        StateFiles.delete(home);
    }
}
