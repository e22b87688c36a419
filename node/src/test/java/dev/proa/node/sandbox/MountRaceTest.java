package dev.proa.node.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.node.Tries;
import dev.proa.node.cri.ContainerStatus.State;
import dev.proa.node.cri.RuntimeFailure;
import dev.proa.node.linux.Descriptors;
import dev.proa.node.linux.Directory;
import dev.proa.node.linux.ErrnoException;
import dev.proa.node.linux.Kernel;
import dev.proa.node.linux.Mounts;
import dev.proa.node.linux.SystemCall;
import dev.proa.node.sandbox.mount.MountSources;
import dev.proa.node.sandbox.mount.MountSteps;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Starts containers with subPath mounts while names in their volume are exchanged at random: directories, links that lead out, and what
 * is mounted in the volume. {@code -Dproa.fuzz.seconds=600} goes on for ten minutes.
 */
class MountRaceTest extends SandboxTests {
    private static final long SECONDS = Long.getLong("proa.fuzz.seconds", 5);
    private static final int RENAME_EXCHANGE = 2;
    private static final int HIT = 7;

    @TempDir
    Path temporary;

    private final AtomicBoolean over = new AtomicBoolean();
    private Path volume;
    private Path outside;
    private Path another;
    private final List<String> hits = new ArrayList<>();

    @BeforeEach
    void makeVolumes() throws IOException {
        volume = Files.createDirectory(temporary.resolve("volume"));
        outside = Files.createDirectory(temporary.resolve("outside"));
        tree(outside, "outside");
        another = Files.createDirectory(temporary.resolve("another"));
        tree(another, "inside");
        for (String name : List.of("x", "other", "mounted")) {
            tree(Files.createDirectory(volume.resolve(name)), "inside");
        }
        Files.createSymbolicLink(volume.resolve("absolute"), outside);
        Files.createSymbolicLink(volume.resolve("climbing"), Path.of("../outside"));
        Files.createSymbolicLink(volume.resolve("other/climbing"), Path.of("../../outside/sub"));
        Files.createSymbolicLink(volume.resolve("within"), Path.of("other"));
    }

    private static void tree(Path root, String which) throws IOException {
        Files.writeString(root.resolve("which"), which);
        Files.writeString(Files.createDirectory(root.resolve("sub")).resolve("which"), which);
    }

    /** Names are exchanged by descriptors of directories that are in the volume, as a container can that has nothing else. */
    private void exchange(Random random) {
        Map<Integer, List<String>> names = Map.of(
                open(volume), List.of("x", "x", "x", "other", "absolute", "climbing", "within"),
                open(volume.resolve("x")), List.of("sub", "which"),
                open(volume.resolve("other")), List.of("sub", "which", "climbing"));
        try (Arena arena = Arena.ofConfined()) {
            List<long[]> all = new ArrayList<>();
            names.forEach((directory, inIt) -> inIt.forEach(name -> all.add(new long[] {
                directory, arena.allocateFrom(name, StandardCharsets.UTF_8).address()
            })));
            while (!over.get()) {
                long[] one = all.get(random.nextInt(all.size()));
                long[] other = all.get(random.nextInt(all.size()));
                Kernel.tryCall(SystemCall.RENAMEAT2, one[0], one[1], other[0], other[1], RENAME_EXCHANGE);
                LockSupport.parkNanos(random.nextInt(50_000)); // or nobody else would get at the directory
            }
        } finally {
            names.keySet().forEach(Descriptors::close);
        }
    }

    private static int open(Path directory) {
        try {
            return Descriptors.open(directory, Descriptors.O_RDONLY);
        } catch (ErrnoException e) {
            throw new AssertionError(e);
        }
    }

    /** As other volumes come and go. What is mounted is none of the names that are exchanged: the machine itself would be misled. */
    private void mount() {
        Path target = volume.resolve("mounted");
        while (!over.get()) {
            try {
                Mounts.bind(another, target);
                Mounts.unmount(target, Mounts.MNT_DETACH);
            } catch (ErrnoException e) {
                continue; // a link at this moment
            } finally {
                LockSupport.parkNanos(2_000_000);
            }
        }
    }

    @Test
    void nothingOutsideOfTheVolumeIsEverMounted() throws Exception {
        Tries.run(1, random -> {
            long seed = random.nextLong();
            Thread exchanging = Thread.ofPlatform().start(() -> exchange(new Random(seed)));
            Thread mounting = Thread.ofPlatform().start(this::mount);
            int[] counts = new int[3]; // containers started and refused, mounts opened
            try {
                String sandbox = sandbox("race");
                long end = System.nanoTime() + SECONDS * 1_000_000_000;
                for (int i = 0; System.nanoTime() < end; i++) {
                    start(sandbox, i, random, counts);
                    open(random, counts);
                }
            } finally {
                over.set(true);
                exchanging.join();
                mounting.join();
                Mounts.unmountAll(volume.resolve("mounted"));
            }
            System.out.printf(
                    "%d s: %d containers started, %d refused, %d mounts opened, %d hits%n",
                    SECONDS, counts[0], counts[1], counts[2], hits.size());
            assertThat(hits).isEmpty();
            assertThat(counts[0]).as("started").isPositive();
            assertThat(outside.toFile().list()).containsExactlyInAnyOrder("which", "sub");
            assertThat(outside.resolve("sub").toFile().list()).containsExactly("which");
        });
    }

    private static String path(Random random) {
        return Tries.pick(
                random, "x", "x/sub", "x/which", "within/sub", "x/../x", "other/climbing", "mounted/sub", "x/new");
    }

    private void start(String sandbox, int number, Random random, int[] counts) throws IOException {
        String path = path(random);
        if (path.endsWith("new")) {
            make(path);
        }
        String id = fixture.runtime.createContainer(
                sandbox,
                new ConfigBuilder("grep -qs outside /s /s/which && exit " + HIT + "; exit 0")
                        .name("race-" + number)
                        .subPath(volume, path, "/s")
                        .build());
        try {
            fixture.runtime.startContainer(id);
            State.Exited end = ended(id);
            counts[0]++;
            if (end.exitCode() == HIT) {
                hits.add("a container with " + path);
            }
        } catch (RuntimeFailure e) {
            counts[1]++;
        }
        fixture.runtime.removeContainer(id);
        Files.deleteIfExists(logs.resolve("race-" + number + "/0.log"));
        Files.deleteIfExists(logs.resolve("race-" + number));
    }

    /** As the kubelet makes a subPath that is missing. */
    private void make(String path) {
        try (Directory root = Directory.openTrusted(volume)) {
            root.makeMissing(path, 0777);
        } catch (IOException e) {
            assertThat(e).isInstanceOf(ErrnoException.class); // it led out at that moment
        }
    }

    /** Many more of what a start does with names, without the container. */
    private void open(Random random, int[] counts) throws IOException {
        for (int i = 0; i < 50; i++) {
            String path = path(random);
            MountSteps.Bind bind = new MountSteps.Bind(volume, path, "/s", Mounts.ReadOnly.NO, false, false);
            try (MountSources sources = MountSources.open(List.of(bind), null, Path.of("/none"))) {
                counts[2]++;
                int mount = sources.descriptors().get(MountSources.FIRST_DESCRIPTOR);
                if (holdsOutside(mount, sources.sources().getFirst().directory())) {
                    hits.add("a mount of " + path);
                }
            } catch (RuntimeFailure e) {
                continue; // refused
            }
        }
    }

    private static boolean holdsOutside(int mount, boolean directory) throws IOException {
        Path path = Path.of("/proc/self/fd/" + mount);
        Path which = directory ? path.resolve("which") : path;
        // A link in the mount would lead this thread elsewhere, which says nothing about the mount.
        if (directory && !Files.isRegularFile(which, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        try (InputStream in =
                directory ? Files.newInputStream(which, LinkOption.NOFOLLOW_LINKS) : Files.newInputStream(which)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).equals("outside");
        } catch (IOException e) {
            return false; // no such file, or none, at this moment
        }
    }
}
