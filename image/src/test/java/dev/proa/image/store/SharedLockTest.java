package dev.proa.image.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.testing.Await;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharedLockTest {
    @TempDir
    Path directory;

    /** Another process, which has the lock until its standard input ends. */
    private static final class Holder {
        public static void main(String[] args) throws Exception {
            SharedLock lock = SharedLock.of(Path.of(args[0]));
            try (SharedLock.Held held = args[1].equals("shared") ? lock.shared() : lock.exclusive()) {
                System.out.println("taken");
                System.in.readAllBytes();
            }
        }
    }

    private static Process holder(Path file, String kind) throws IOException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Holder.class.getName(),
                        file.toString(),
                        kind)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader output = process.inputReader();
        assertThat(output.readLine()).isEqualTo("taken");
        return process;
    }

    @Test
    void isOneForThreadsAndProcesses() throws Exception {
        Path file = directory.resolve("lock");
        SharedLock lock = SharedLock.of(file);
        Process other = holder(file, "shared");
        try {
            try (SharedLock.Held both = lock.shared()) {
                assertThat(Files.exists(file)).isTrue();
            }
            assertThat(lock.tryExclusive()).isNull();
            AtomicInteger taken = new AtomicInteger();
            Thread waiting = Thread.ofVirtual().start(() -> {
                try (SharedLock.Held held = lock.exclusive()) {
                    taken.incrementAndGet();
                } catch (IOException | InterruptedException e) {
                    taken.addAndGet(100);
                }
            });
            Thread interrupted = Thread.ofVirtual().start(() -> {
                try (SharedLock.Held held = lock.exclusive()) {
                    taken.addAndGet(1000);
                } catch (IOException e) {
                    taken.addAndGet(1000);
                } catch (InterruptedException e) {
                    taken.addAndGet(10);
                }
            });
            interrupted.interrupt();
            interrupted.join();
            assertThat(taken).hasValue(10);
            other.destroyForcibly().waitFor();
            waiting.join();
            assertThat(taken).hasValue(11);
        } finally {
            other.destroyForcibly();
        }
        try (SharedLock.Held alone = lock.tryExclusive()) {
            assertThat(alone).isNotNull();
        }
    }

    @Test
    void letsOneWriteOrManyRead() throws Exception {
        SharedLock lock = SharedLock.of(directory.resolve("lock"));
        AtomicInteger readers = new AtomicInteger();
        AtomicInteger writers = new AtomicInteger();
        AtomicInteger wrong = new AtomicInteger();
        List<Future<?>> ended = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int seed = 0; seed < 8; seed++) {
                Random random = new Random(seed);
                ended.add(threads.submit(() -> {
                    for (int i = 0; i < 40; i++) {
                        if (random.nextInt(3) > 0) {
                            try (SharedLock.Held held = lock.shared()) {
                                readers.incrementAndGet();
                                wrong.addAndGet(writers.get());
                                Thread.yield();
                                readers.decrementAndGet();
                            }
                        } else {
                            try (SharedLock.Held held = lock.exclusive();
                                    SharedLock.Held again = lock.tryExclusive()) {
                                wrong.addAndGet(again == null ? 1 : 0);
                                wrong.addAndGet(writers.getAndIncrement() + readers.get());
                                Thread.yield();
                                writers.decrementAndGet();
                            }
                        }
                    }
                    return null;
                }));
            }
        }
        for (Future<?> each : ended) {
            each.get();
        }
        assertThat(wrong).hasValue(0);
        Await.until("nobody has the file", () -> {
            try (SharedLock.Held alone = lock.tryExclusive()) {
                return alone != null;
            } catch (IOException e) {
                return false;
            }
        });
    }
}
