package dev.proa.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.value.MapValue;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process writes as fast as it can and says, on its standard output, what was acknowledged; it is killed at a random moment.
 * Everything that it said must be there, nothing that it did not do may be, and the revision goes on from where it was.
 */
class CrashTest {
    private static final int KILLS = 6;

    @TempDir
    Path folder;

    /** What the process said of an object: the last acknowledged write, 0 when that was a deletion. */
    private final Map<String, Long> acknowledged = new HashMap<>();

    private long newest = 1;

    @Test
    void nothingAcknowledgedIsLostByKill9() throws Exception {
        long seed = new Random().nextLong();
        System.out.println("seed of the kills: " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        Path file = folder.resolve("store.db");
        for (int kill = 0; kill < KILLS; kill++) {
            runAndKill(file, kill, random);
            check(file);
        }
        assertThat(newest).as("it wrote at all").isGreaterThan(100);
    }

    private void runAndKill(Path file, int round, SplittableRandom random) throws Exception {
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Victim.class.getName(),
                        file.toString(),
                        Integer.toString(round),
                        Long.toString(random.nextLong())))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        int lines = 20 + random.nextInt(6_000);
        try (BufferedReader said =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII))) {
            long opened = Long.parseLong(said.readLine());
            assertThat(opened).as("the revision after the restart").isGreaterThanOrEqualTo(newest);
            assertThatThrownBy(() -> SqliteJournal.open(file))
                    .isInstanceOf(Journal.JournalException.class)
                    .hasMessageContaining("in use by process " + process.pid());
            for (int i = 0; i < lines; i++) {
                note(said.readLine());
            }
            process.toHandle().destroyForcibly(); // Process.destroyForcibly would throw away what is in the pipe
            for (String line = said.readLine(); line != null; line = said.readLine()) {
                note(line);
            }
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    }

    private void note(String line) {
        if (line != null && line.endsWith(".")) { // the last line may be torn
            String[] words = line.substring(0, line.length() - 1).split(" ", -1);
            long revision = Long.parseLong(words[1]);
            acknowledged.put(words[0], words[2].equals("deleted") ? -revision : revision);
            newest = Math.max(newest, revision);
        }
    }

    private void check(Path file) {
        try (MemoryStore store = MemoryStore.open(SqliteJournal.open(file))) {
            assertThat(store.revision()).isGreaterThanOrEqualTo(newest);
            Snapshot snapshot = store.snapshot();
            acknowledged.forEach((name, revision) -> {
                StoredObject object = snapshot.get(new Key("pods", "a", name));
                // a writer has at most one write under way that it did not hear of, which may have happened or not
                if (revision > 0) {
                    assertThat(object == null || object.revision() >= revision)
                            .as("%s, acknowledged at revision %d, is %s", name, revision, object)
                            .isTrue();
                    assertThat(wasThere(store, name, revision)).isTrue();
                } else if (object != null) {
                    assertThat(object.createRevision()).isGreaterThan(-revision);
                }
            });
            newest = Math.max(newest, store.revision());
        }
    }

    /** Whether the very write is in the history, in which it stays until the past is compacted. */
    private static boolean wasThere(Store store, String name, long revision) {
        if (revision < store.compactedRevision()) {
            return true;
        }
        StoredObject then = store.snapshot(revision).get(new Key("pods", "a", name));
        return then != null
                && then.revision() == revision
                && then.value().string("text").equals(name);
    }

    /** The process that is killed. */
    static final class Victim {
        private static final int WRITERS = 32;

        private Victim() {}

        public static void main(String[] args) throws IOException {
            Store store = MemoryStore.open(SqliteJournal.open(Path.of(args[0])));
            PrintStream out = new PrintStream(System.out, true, StandardCharsets.US_ASCII);
            out.println(store.revision());
            for (int i = 0; i < WRITERS; i++) {
                String name = "r" + args[1] + "w" + i;
                long seed = Long.parseLong(args[2]) + i;
                Thread.ofVirtual().start(() -> write(store, name, new SplittableRandom(seed), out));
            }
            int end = System.in.read(); // when the test itself dies, its pipe ends
            Runtime.getRuntime().halt(end < 0 ? 0 : 1);
        }

        private static void write(Store store, String writer, SplittableRandom random, PrintStream out) {
            while (true) {
                String name = writer + "x" + random.nextInt(20);
                Key key = new Key("pods", "a", name);
                MapValue value = MapValue.of("metadata", MapValue.of("name", name), "text", name);
                StoredObject current = store.snapshot().get(key);
                if (current == null) {
                    say(out, name, store.create(key, value).revision(), "created");
                } else if (random.nextInt(3) == 0) {
                    say(out, name, store.delete(key, current.revision(), value).revision(), "deleted");
                } else {
                    say(out, name, store.update(key, current.revision(), value).revision(), "updated");
                }
                if (random.nextInt(2_000) == 0) {
                    store.compact(Math.max(1, store.revision() - random.nextInt(500)));
                }
            }
        }

        private static void say(PrintStream out, String name, long revision, String what) {
            out.println(name + " " + revision + " " + what + ".");
        }
    }
}
