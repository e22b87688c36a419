package dev.proa.node.sandbox;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.proa.client.clock.Clock;
import dev.proa.image.ImageFailure;
import dev.proa.image.Reference;
import dev.proa.image.build.HostImageBuilder;
import dev.proa.image.store.ImageStore;
import dev.proa.image.tar.UnpackLimits;
import dev.proa.node.cri.Configs;
import dev.proa.node.cri.ContainerConfig;
import dev.proa.node.linux.Architecture;
import dev.proa.node.linux.Cgroup;
import dev.proa.node.linux.CgroupTree;
import dev.proa.node.linux.Mounts;
import dev.proa.node.network.LoopbackNetwork;
import dev.proa.node.sandbox.cdi.CdiDevices;
import dev.proa.node.sandbox.image.StoredImages;
import dev.proa.node.sandbox.state.StateFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A sandbox runtime in a directory of its own, with one image of a static busybox. */
public final class SandboxFixture implements AutoCloseable {
    public static final String IMAGE = "busybox:1";
    /** To be mounted as a volume. */
    static final String ARTIFACT = "artifact:1";

    private static final Path BUSYBOX = Path.of("/bin/busybox");

    final Path state;
    final String cgroup;
    final LoopbackNetwork network = new LoopbackNetwork();
    SandboxRuntime runtime;

    /** Skips the test where it cannot be run. */
    public SandboxFixture() throws IOException {
        this(newState(), "proa-test-" + ProcessHandle.current().pid());
    }

    SandboxFixture(Path state, String cgroup) throws IOException {
        this.state = state;
        this.cgroup = cgroup;
        assumeRunnable();
        runtime = open(state, cgroup, network, false);
    }

    public SandboxRuntime runtime() {
        return runtime;
    }

    /** Where the runtime looks for files of the Container Device Interface. */
    public Path cdi() {
        return state.resolve("cdi");
    }

    private static Path newState() throws IOException {
        assumeRunnable(); // nobody deletes what a skipped test has made
        return Files.createTempDirectory("proa-sandbox-test");
    }

    static void assumeRunnable() throws IOException {
        assumeTrue(Architecture.supported(), "needs Linux on a known processor");
        assumeTrue("root".equals(System.getProperty("user.name")), "running containers needs root");
        assumeTrue(Files.isExecutable(BUSYBOX), "needs a static busybox at " + BUSYBOX);
        List<String> missing = SandboxRequirements.missing(Path.of(System.getProperty("java.io.tmpdir"))).stream()
                .map(SandboxRequirements.Missing::what)
                .toList();
        assumeTrue(missing.isEmpty(), "this machine cannot run containers: " + missing);
    }

    static SandboxRuntime open(Path state, String cgroup, LoopbackNetwork network, boolean keepLogs)
            throws IOException {
        ImageStore images = ImageStore.open(state.resolve("images"));
        if (images.find(IMAGE).isEmpty()) {
            HostImageBuilder busybox = HostImageBuilder.busybox(BUSYBOX);
            busybox.file("/etc/passwd", "root:x:0:0::/root:/bin/sh\nalice:x:1000:100::/home/alice:/bin/sh\n", 0644);
            busybox.file("/etc/group", "root:x:0:\nusers:x:100:\nwheel:x:10:alice\n", 0644);
            busybox.link("/var/run", "/run");
            busybox.build(images, Reference.parse(IMAGE));
            HostImageBuilder artifact = HostImageBuilder.busybox(BUSYBOX);
            artifact.file("/model/weights", "of the image", 0644);
            artifact.link("/inside", "model/weights");
            artifact.link("/root-of-all", "/");
            artifact.link("/up", "../../../../../../etc");
            artifact.build(images, Reference.parse(ARTIFACT));
        }
        StoredImages stored =
                StoredImages.open(images, state.resolve("layers"), UnpackLimits.DEFAULT, (reference, credentials) -> {
                    throw new ImageFailure(ImageFailure.Reason.NOT_FOUND, "there is no registry here for " + reference);
                });
        return SandboxRuntime.open(
                new SandboxRuntime.Options(
                        state.resolve("state"),
                        cgroup,
                        keepLogs,
                        Clock.system(),
                        new CdiDevices(List.of(state.resolve("cdi")))),
                stored,
                network);
    }

    /** Closes the runtime and opens another one over the same directory. */
    void reopen() throws IOException {
        runtime.close();
        runtime = open(state, cgroup, network, false);
    }

    static ContainerConfig shell(String name, String script) {
        return Configs.container(name, IMAGE, List.of("sh", "-c", script));
    }

    @Override
    public void close() throws IOException {
        runtime.listPodSandboxes().forEach(sandbox -> runtime.removePodSandbox(sandbox.id()));
        runtime.close();
        if (!Mounts.below(state).isEmpty()) {
            throw new AssertionError("mounts were left behind: " + Mounts.below(state));
        }
        Cgroup group = CgroupTree.detect().orElseThrow().group(cgroup);
        group.kill();
        group.remove();
        StateFiles.delete(state);
    }
}
