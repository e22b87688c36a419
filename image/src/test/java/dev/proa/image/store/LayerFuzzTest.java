package dev.proa.image.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.proa.image.Digest;
import dev.proa.image.ImageFailure;
import dev.proa.image.tar.UnpackLimits;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Unpacks random archives beside a directory that no archive may create, change, delete or read anything in. Five seconds; longer
 * by {@code -Dproa.fuzz.seconds=600}, the same again by {@code -Dproa.fuzz.seed=SEED}.
 */
class LayerFuzzTest {
    private static final String SECRET = "a secret of this machine";
    private static final long MOST_ALLOCATED = 256L << 20;
    private static final UnpackLimits LIMITS =
            new UnpackLimits(4 << 20, 20, 1 << 20, 500, 32, 64 << 10, 1 << 20, 1 << 20);

    @TempDir
    Path directory;

    private Path canary;

    @BeforeEach
    void makeCanary() throws IOException {
        canary = Files.createDirectories(directory.toRealPath().resolve("outer/canary"));
        for (String name : new String[] {"dir/a/b", "dir/b", "a/b", "b", "secret"}) {
            Path file = canary.resolve(name);
            Files.createDirectories(file.getParent());
            Files.writeString(file, SECRET);
        }
        try (Stream<Path> all = Files.walk(canary)) {
            for (Path path : (Iterable<Path>) all::iterator) {
                Files.setLastModifiedTime(path, FileTime.fromMillis(1_500_000_000_000L));
            }
        }
    }

    @Test
    void nothingOutsideTheDirectoryOfALayerIsTouched() throws Exception {
        long seed = Long.getLong("proa.fuzz.seed", System.nanoTime());
        long seconds = Long.getLong("proa.fuzz.seconds", 5);
        long end = System.nanoTime() + seconds * 1_000_000_000L;
        Map<Path, String> before = state();
        int tries = 0;
        int refused = 0;
        for (; System.nanoTime() < end; tries++) {
            String what = "-Dproa.fuzz.seed=" + (seed + tries);
            try {
                refused += run(new Random(seed + tries)) ? 0 : 1;
            } catch (Exception | Error e) {
                throw new AssertionError(what, e);
            }
            assertThat(state()).as(what).isEqualTo(before);
        }
        System.out.printf("%d random archives from seed %d, %d of them refused, no harm%n", tries, seed, refused);
        assertThat(refused).as("archives that were refused").isBetween(tries / 20, tries - tries / 20);
    }

    /** Two layers over one another. Returns whether both were taken. */
    private boolean run(Random random) throws IOException {
        Path root = Files.createDirectory(canary.resolveSibling("root"));
        Whiteouts whiteouts = random.nextBoolean() ? Whiteouts.deleting() : new Suspicious(root.toRealPath());
        boolean taken = true;
        for (int layer = 0; layer < 2; layer++) {
            byte[] tar = new RandomArchive(random, canary.toString()).make();
            byte[] archive = random.nextInt(4) == 0 ? Layers.gzip(tar) : tar;
            long allocated = allocated();
            try {
                LayerUnpacker.unpack(new ByteArrayInputStream(archive), Digest.of(tar), root, whiteouts, LIMITS);
            } catch (ImageFailure expected) {
                taken = false;
            }
            assertThat(allocated() - allocated).as("bytes of memory").isLessThan(MOST_ALLOCATED);
        }
        requireNoSecret(root);
        FileTrees.delete(root);
        assertThat(root).doesNotExist();
        return taken;
    }

    private static long allocated() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }

    private static void requireNoSecret(Path root) throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            for (Path path : (Iterable<Path>) all::iterator) {
                if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                    String content = new String(Files.readAllBytes(path), StandardCharsets.ISO_8859_1);
                    assertThat(content).as(path.toString()).doesNotContain(SECRET);
                }
            }
        }
    }

    /** All there is to see of what is outside: a hard link to a file shows in its count of links. */
    private Map<Path, String> state() throws IOException {
        Map<Path, String> state = new TreeMap<>();
        for (Path top : new Path[] {directory, canary}) {
            try (Stream<Path> all = Files.walk(top, top.equals(directory) ? 1 : 9)) {
                for (Path path : (Iterable<Path>) all::iterator) {
                    Map<String, Object> facts = Files.readAttributes(
                            path, "unix:mode,uid,gid,nlink,ino,lastModifiedTime", LinkOption.NOFOLLOW_LINKS);
                    String content = Files.isRegularFile(path) ? Files.readString(path) : "";
                    state.put(path, (path.startsWith(canary) ? facts : facts.get("mode")) + content);
                }
            }
        }
        try (Stream<Path> beside = Files.list(canary.getParent())) {
            state.put(canary.getParent(), beside.toList().toString());
        }
        return state;
    }

    /** Like those of an overlay mount, these act on what they are told by its name. */
    private record Suspicious(Path root) implements Whiteouts {
        @Override
        public void whiteout(Path path) throws IOException {
            requireInside(path);
        }

        @Override
        public void opaque(Path directory) throws IOException {
            requireInside(directory.resolve("x"));
        }

        @Override
        public void extendedAttribute(Path file, String name, byte[] value) throws IOException {
            requireInside(file);
            assertThat(Files.isSymbolicLink(file)).isFalse();
            assertThat(name).doesNotContain("overlay");
        }

        private void requireInside(Path path) throws IOException {
            Path parent = path.getParent();
            assertThat(parent.toRealPath()).isEqualTo(parent);
            assertThat(path.startsWith(root)).as(path.toString()).isTrue();
        }
    }
}
