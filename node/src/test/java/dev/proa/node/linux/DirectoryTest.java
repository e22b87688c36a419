package dev.proa.node.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.proa.node.Tries;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class DirectoryTest {
    private static final int RENAME_EXCHANGE = 2;

    @TempDir
    private Path temporary;

    private Path inside;
    private Path outside;

    @BeforeEach
    void needsLinux() throws IOException {
        assumeTrue(Architecture.supported(), "needs Linux on a known processor");
        temporary = temporary.toRealPath();
        inside = Files.createDirectory(temporary.resolve("inside"));
        outside = Files.createDirectory(temporary.resolve("outside"));
        Files.writeString(outside.resolve("file"), "outside");
    }

    private Directory opened() throws IOException {
        return Directory.open(inside);
    }

    private static int errno(Throwable thrown) {
        return thrown instanceof ErrnoException e ? e.errno() : 0;
    }

    // ---- beneath

    @Test
    void followsNoLinkThatLeadsOut() throws IOException {
        Files.createSymbolicLink(inside.resolve("absolute"), outside);
        Files.createSymbolicLink(inside.resolve("climbing"), Path.of("../outside"));
        Files.createSymbolicLink(inside.resolve("magic"), Path.of("/proc/self/root"));
        try (Directory directory = opened()) {
            for (String out : new String[] {"absolute", "climbing", "magic", "..", "a/../../outside", "/etc"}) {
                Files.createDirectories(inside.resolve("a"));
                assertThatThrownBy(() -> directory.reaches(out))
                        .as(out)
                        .satisfies(e -> assertThat(errno(e)).isEqualTo(Errno.EXDEV));
                assertThatThrownBy(() -> directory.directory(out)).as(out).isInstanceOf(ErrnoException.class);
                assertThatThrownBy(() -> directory.makeMissing(out + "/made", 0755))
                        .as(out)
                        .isInstanceOf(ErrnoException.class);
                assertThatThrownBy(() -> directory.create(out + "/file", new byte[1], 0644, -1, -1))
                        .as(out)
                        .isInstanceOf(ErrnoException.class);
                assertThatThrownBy(() -> directory.read(out + "/file", 0, 10))
                        .as(out)
                        .isInstanceOf(ErrnoException.class);
                assertThatThrownBy(() -> directory.delete(out + "/file"))
                        .as(out)
                        .isInstanceOf(ErrnoException.class);
            }
        }
        assertThat(outside.toFile().list()).containsExactly("file");
    }

    @Test
    void opensNoPathWithALink() throws IOException {
        Path link = Files.createSymbolicLink(temporary.resolve("link"), inside);
        assertThatThrownBy(() -> Directory.open(link)).isInstanceOf(ErrnoException.class);
        assertThatThrownBy(() -> Directory.make(link.resolve("new"), 0700)).isInstanceOf(ErrnoException.class);
        Directory.make(inside.resolve("new/one"), 0700).close();
        assertThat(inside.resolve("new/one")).isDirectory();
    }

    @Test
    void readsAndWritesWhatIsThere() throws IOException {
        try (Directory directory = opened();
                Directory made = directory.makeDirectories("a/b", 0711)) {
            made.create("file", "0123456789".getBytes(StandardCharsets.UTF_8), 0640, -1, -1);
            assertThatThrownBy(() -> made.create("file", new byte[0], 0640, -1, -1))
                    .isInstanceOf(ErrnoException.class);
            made.link("file", "link");

            assertThat(directory.names()).containsExactly("a");
            assertThat(made.names()).containsExactlyInAnyOrder("file", "link");
            assertThat(new String(directory.read("a/b/file", -4, 100), StandardCharsets.UTF_8))
                    .isEqualTo("6789");
            assertThat(new String(directory.read("a/b/file", 1, 2), StandardCharsets.UTF_8))
                    .isEqualTo("12");
            assertThat(made.readLink("link")).isEqualTo("file");
            assertThat(made.readLink("file")).isNull();
            assertThat(made.readLink("none")).isNull();
            FileStatus status = directory.status("a/b/file");
            assertThat(status).isNotNull();
            assertThat(status.permissions()).isEqualTo(0640);
            assertThat(status.bytes()).isEqualTo(10);
            assertThat(directory.status("a/b/none")).isNull();
            assertThat(made.status().permissions()).isEqualTo(0711);
        }
    }

    @Test
    @Timeout(10)
    void waitsForNobodyAtAFifo() throws IOException {
        try (Directory directory = opened();
                Arena arena = Arena.ofConfined()) {
            Kernel.call("", SystemCall.MKNODAT, -100, Kernel.text(arena, inside + "/fifo"), 0x1000 | 0644, 0);
            assertThatThrownBy(() -> directory.read("fifo", 0, 10)).isInstanceOf(ErrnoException.class);
            directory.delete("fifo");
        }
        assertThat(inside).isEmptyDirectory();
    }

    /** A thread exchanges a directory and a link that leads out, as fast as it can. */
    private void whileExchanged(String one, String other, Action action) throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        Thread exchanger = Thread.ofPlatform().start(() -> {
            try (Arena arena = Arena.ofConfined()) {
                long first = Kernel.text(arena, inside.resolve(one).toString());
                long second = Kernel.text(arena, inside.resolve(other).toString());
                while (!over.get()) {
                    Kernel.tryCall(SystemCall.RENAMEAT2, -100, first, -100, second, RENAME_EXCHANGE);
                }
            }
        });
        try {
            action.run();
        } finally {
            over.set(true);
            exchanger.join();
        }
    }

    private interface Action {
        void run() throws Exception;
    }

    @Test
    void staysBeneathWhileLinksAreExchanged() throws Exception {
        Files.writeString(Files.createDirectory(inside.resolve("x")).resolve("file"), "inside");
        Files.createSymbolicLink(inside.resolve("link"), outside);
        int[] opened = new int[2];
        whileExchanged(
                "x",
                "link",
                () -> Tries.run(1000, random -> {
                    try (Directory directory = opened()) {
                        try {
                            int file = Directory.openBeneath(directory.descriptor(), "x/file");
                            Descriptors.close(file);
                            assertThat(new String(directory.read("x/file", 0, 100), StandardCharsets.UTF_8))
                                    .isEqualTo("inside");
                            opened[0]++;
                        } catch (ErrnoException e) {
                            opened[1]++;
                        }
                        attempt(() -> directory.makeMissing("x/" + random.nextInt(5) + "/y", 0777));
                        attempt(() -> directory.create("x/" + random.nextInt(50), new byte[1], 0644, -1, -1));
                        attempt(() -> directory.delete("x/" + random.nextInt(50)));
                    }
                }));
        assertThat(opened[0]).as("opened").isPositive();
        assertThat(opened[1]).as("refused").isPositive();
        assertThat(outside.toFile().list()).containsExactly("file");
        assertThat(outside.resolve("file")).hasContent("outside");
    }

    private static void attempt(Action action) throws Exception {
        try {
            action.run();
        } catch (ErrnoException e) {
            assertThat(e.errno()).isIn(Errno.EXDEV, Errno.ELOOP, Errno.ENOENT, Errno.EEXIST, Errno.ENOTDIR);
        }
    }

    @Test
    void makesWhatIsMissingWithItsModeWhateverTheMaskIs() throws IOException {
        Files.createDirectories(inside.resolve("real"));
        Files.createSymbolicLink(inside.resolve("link"), Path.of("real"));
        try (Directory directory = opened()) {
            directory.makeMissing("link/a/b", 01777);
            assertThat(directory.reaches("real/a/b")).isTrue();
            FileStatus made = directory.status("real/a/b");
            assertThat(made).isNotNull();
            assertThat(made.permissions()).isEqualTo(01777);
        }
    }

    @Test
    void measuresWhatIsThereAndNothingElse() throws IOException {
        Files.write(outside.resolve("large"), new byte[10 << 20]);
        Files.createSymbolicLink(inside.resolve("link"), outside);
        Files.write(Files.createDirectories(inside.resolve("a/b")).resolve("one"), new byte[1 << 20]);
        Files.createLink(inside.resolve("same"), inside.resolve("a/b/one"));
        try (Directory directory = opened()) {
            assertThat(directory.use()).isBetween(1L << 20, (1L << 20) + (64 << 10));
            Directory at = directory.directory(".");
            for (int i = 0; i < 300; i++) {
                try (Directory parent = at) {
                    at = parent.makeDirectories("d", 0755);
                }
            }
            at.close();
            assertThat(directory.use()).as("too deep").isEqualTo(Long.MAX_VALUE);
        }
    }

    // ---- deletion

    @Test
    void deletesTreesThatNoPathCanName() throws IOException {
        for (String name : new String[] {"d".repeat(250), "e"}) {
            Directory at = opened();
            for (int i = 0; i < (name.length() > 1 ? 40 : 2000); i++) {
                try (Directory parent = at) {
                    at = parent.makeDirectories(name, 0755);
                    at.create("file", new byte[1], 0644, -1, -1);
                    at.makeDirectories("beside/more", 0755).close();
                }
            }
            at.setMode(0);
            at.close();
        }
        try (Directory directory = Directory.open(temporary)) {
            directory.delete("inside");
        }
        assertThat(inside).doesNotExist();
    }

    @Test
    void deletesLinksAndNotWhatTheyLeadTo() throws IOException {
        Path deep = Files.createDirectories(inside.resolve("a/b/c"));
        Files.createSymbolicLink(deep.resolve("link"), outside);
        Files.createSymbolicLink(inside.resolve("link"), outside);
        Directory.delete(inside);
        assertThat(inside).doesNotExist();
        assertThat(outside.resolve("file")).exists();
        Directory.delete(inside); // nothing to do
        Directory.delete(temporary.resolve("no/such/parent"));
    }

    @Test
    void deletesNamesThatAreNoText() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            for (int i = 0; i < 3; i++) {
                byte[] path = (inside + "/name").getBytes(StandardCharsets.UTF_8);
                byte[] full = java.util.Arrays.copyOf(path, path.length + 3);
                full[path.length] = (byte) (0xfd + i);
                full[path.length + 1] = '\n';
                long name = arena.allocateFrom(ValueLayout.JAVA_BYTE, full).address();
                Kernel.call("", SystemCall.MKDIRAT, -100, name, 0755);
            }
        }
        Directory.delete(inside);
        assertThat(inside).doesNotExist();
    }

    @Test
    void deletesMoreThanABufferLists() throws IOException {
        Tries.run(3, random -> {
            Path root = Files.createDirectory(inside.resolve("many"));
            for (int i = 0; i < 1000; i++) {
                Path directory = random.nextInt(3) == 0 ? Files.createDirectories(root.resolve("sub/" + i % 7)) : root;
                Files.createFile(directory.resolve("a-file-with-a-name-of-some-length-" + i));
            }
            Directory.delete(root);
            assertThat(root).doesNotExist();
        });
    }

    @Test
    void deletesWhatWasMadeImmutable() throws Exception {
        Path immutable = Files.createDirectories(inside.resolve("a/immutable"));
        Files.writeString(immutable.resolve("file"), "x");
        assumeTrue(
                new ProcessBuilder("chattr", "-R", "+i", immutable.toString())
                                .start()
                                .waitFor()
                        == 0,
                "needs chattr and a file system that knows immutable files");
        Directory.delete(inside);
        assertThat(inside).doesNotExist();
    }

    @Test
    void leavesAloneWhatIsMounted() throws IOException {
        assumeTrue("root".equals(System.getProperty("user.name")), "mounting needs root");
        Path mounted = Files.createDirectories(inside.resolve("a/mounted"));
        Files.createDirectories(inside.resolve("b/c"));
        Mounts.bind(outside, mounted);
        try {
            assertThatThrownBy(() -> Directory.delete(inside)).isInstanceOf(ErrnoException.class);
        } finally {
            Mounts.below(temporary).forEach(mount -> {
                try {
                    Mounts.unmount(mount, Mounts.MNT_DETACH);
                } catch (ErrnoException e) {
                    throw new AssertionError(e);
                }
            });
        }
        assertThat(outside.resolve("file")).exists();
        assertThat(inside.resolve("b")).as("what can be deleted is").doesNotExist();
        Directory.delete(inside);
        assertThat(inside).doesNotExist();
    }

    @Test
    void mountsMemory() throws IOException {
        assumeTrue("root".equals(System.getProperty("user.name")), "mounting needs root");
        try (Directory directory = opened()) {
            directory.makeDirectories("memory", 0700).close();
            directory.mountMemory("memory", 1 << 20, 01777);
            try {
                FileStatus status = directory.status("memory");
                assertThat(status).isNotNull();
                assertThat(status.mountPoint()).isTrue();
                assertThat(status.permissions()).isEqualTo(01777);
                assertThat(directory.status().mountPoint()).isFalse();
                assertThatThrownBy(() -> directory.create("memory/large", new byte[2 << 20], 0600, -1, -1))
                        .satisfies(e -> assertThat(errno(e)).isEqualTo(Errno.ENOSPC));
            } finally {
                Mounts.unmount(inside.resolve("memory"), Mounts.MNT_DETACH);
            }
        }
    }

    @Test
    void deletesRandomTreesWhileTheyAreRearranged() throws Exception {
        Tries.run(20, random -> {
            Path tree = Files.createDirectory(inside.resolve("tree"));
            grow(tree, random, 0);
            Files.createDirectories(tree.resolve("x/deep/er"));
            Files.createSymbolicLink(tree.resolve("link"), outside);
            whileExchanged("tree/x", "tree/link", () -> Directory.delete(tree));
            assertThat(tree).doesNotExist();
        });
        assertThat(outside.resolve("file")).exists();
    }

    private static void grow(Path directory, Random random, int depth) throws IOException {
        for (int i = 0; i < random.nextInt(5); i++) {
            if (depth < 6 && random.nextBoolean()) {
                grow(Files.createDirectory(directory.resolve("d" + i)), random, depth + 1);
            } else {
                Files.createFile(directory.resolve("f" + i));
            }
        }
    }
}
