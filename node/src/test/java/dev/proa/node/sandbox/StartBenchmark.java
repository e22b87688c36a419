package dev.proa.node.sandbox;

import dev.proa.node.cri.Configs;
import dev.proa.node.sandbox.program.ShimFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Measures what a container costs: the figures of decision record 0010. Beside them, the same container made by util-linux:
 * {@code unshare} with an overlay mount and {@code pivot_root} in a shell.
 */
final class StartBenchmark {
    private static final int COUNT = 100;

    private StartBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        try (SandboxFixture fixture = new SandboxFixture()) {
            Path logs = Files.createDirectories(fixture.state.resolve("logs"));
            measure(fixture, logs, 20);
            measure(fixture, logs, COUNT);
            long[] nanos = new long[COUNT];
            for (int i = 0; i < COUNT; i++) {
                long begin = System.nanoTime();
                utilLinux(fixture);
                nanos[i] = System.nanoTime() - begin;
            }
            print("util-linux: unshare, mount, pivot_root, run true, umount", nanos);
        }
    }

    private static void measure(SandboxFixture fixture, Path logs, int count) throws IOException {
        long[] sandbox = new long[count];
        long[] create = new long[count];
        long[] start = new long[count];
        long[] exec = new long[count];
        long shims = 0;
        for (int i = 0; i < count; i++) {
            long begin = System.nanoTime();
            String pod = fixture.runtime.runPodSandbox(Configs.sandbox("web-" + i, logs));
            sandbox[i] = System.nanoTime() - begin;
            begin = System.nanoTime();
            String id = fixture.runtime.createContainer(
                    pod, Configs.container("main", SandboxFixture.IMAGE, List.of("sleep", "1000")));
            create[i] = System.nanoTime() - begin;
            begin = System.nanoTime();
            fixture.runtime.startContainer(id);
            start[i] = System.nanoTime() - begin;
            begin = System.nanoTime();
            fixture.runtime.execSync(id, List.of("true"), Duration.ofSeconds(10));
            exec[i] = System.nanoTime() - begin;
            shims += privateKilobytes(fixture, id);
        }
        print("sandbox", sandbox);
        print("create", create);
        print("start", start);
        print("exec true", exec);
        System.out.println("private memory of a shim: " + shims / count + " KiB");
        fixture.runtime.listPodSandboxes().forEach(pod -> fixture.runtime.removePodSandbox(pod.id()));
    }

    private static long privateKilobytes(SandboxFixture fixture, String id) throws IOException {
        ShimFiles.Started started =
                ShimFiles.started(fixture.state.resolve("state/containers").resolve(id));
        if (started == null) {
            throw new IllegalStateException("no shim");
        }
        return Files.readAllLines(Path.of("/proc/" + started.shim() + "/smaps_rollup")).stream()
                .filter(line -> line.startsWith("Private_"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .sum();
    }

    private static void utilLinux(SandboxFixture fixture) throws Exception {
        Path layer;
        try (var layers = Files.list(fixture.state.resolve("layers"))) {
            layer = layers.findFirst().orElseThrow().resolve("fs");
        }
        Path work = Files.createDirectories(fixture.state.resolve("compared"));
        for (String name : new String[] {"upper", "work", "root"}) {
            Files.createDirectories(work.resolve(name));
        }
        String script =
                "mount -t overlay overlay -o lowerdir=" + layer + ",upperdir=upper,workdir=work root && cd root &&"
                        + " mkdir -p proc old && mount -t proc proc proc && pivot_root . old && umount -l /old && exec /bin/true";
        int code = new ProcessBuilder("unshare", "-mpuinf", "--kill-child", "sh", "-ec", script)
                .directory(work.toFile())
                .inheritIO()
                .start()
                .waitFor();
        if (code != 0) {
            throw new IllegalStateException("exit code " + code);
        }
    }

    private static void print(String what, long[] nanos) {
        Arrays.sort(nanos);
        System.out.printf(
                Locale.ROOT,
                "%s: p50 %.2f ms, p99 %.2f ms%n",
                what,
                nanos[nanos.length / 2] / 1e6,
                nanos[nanos.length * 99 / 100] / 1e6);
    }
}
