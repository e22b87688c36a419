package dev.proa.node.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Virtual threads wait for pipes and processes without blocking carriers, and calls that would block one are refused.
 */
class WaitingCallsTest {
    private static final int MORE_THAN_CARRIERS = 2 * Runtime.getRuntime().availableProcessors() + 1;
    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    @BeforeEach
    void needsLinux() {
        assumeTrue(Architecture.supported(), "needs Linux on a known processor");
    }

    private static <T> T virtually(Callable<T> action) throws Exception {
        FutureTask<T> task = new FutureTask<>(action);
        Thread.ofVirtual().start(task);
        try {
            return task.get(LONG.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    private static void refused(SystemCall call, long... arguments) {
        assertThatThrownBy(() -> virtually(() -> Kernel.tryCall(call, arguments)))
                .as(call.spelling())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("carrier");
    }

    @Test
    void callsThatMayWaitAreRefusedOnVirtualThreads() throws Exception {
        refused(SystemCall.READ, -1, 0, 0);
        refused(SystemCall.WRITE, -1, 0, 0);
        refused(SystemCall.CONNECT, -1, 0, 0);
        refused(SystemCall.PPOLL, 0, 0, 0, 0);
        refused(SystemCall.WAIT4, 1, 0, 0, 0);
        refused(SystemCall.FLOCK, -1, 2);
        refused(SystemCall.RECVFROM, -1, 0, 0, 0);
        refused(SystemCall.SENDTO, -1, 0, 0, 0);
        refused(SystemCall.EPOLL_PWAIT, -1, 0, 0, -1);
        refused(SystemCall.OPENAT, -1, 0, Descriptors.O_RDONLY);
        try (Arena arena = Arena.ofShared()) {
            refused(SystemCall.OPENAT2, -1, 0, arena.allocate(24, 8).address(), 24);
        }
        assertThat(virtually(() -> Kernel.tryCall(SystemCall.FLOCK, -1, 2 | 4))).isEqualTo(-Errno.EBADF);
        assertThat(virtually(() -> Kernel.tryCall(SystemCall.WAIT4, 1, 0, 1, 0)))
                .isEqualTo(-Errno.ECHILD);
    }

    @Test
    void callsThatChangeTheThreadAreRefusedOnVirtualThreads() {
        refused(SystemCall.SETNS, -1, 0);
        refused(SystemCall.UNSHARE, 0);
        refused(SystemCall.CHDIR, 0);
        refused(SystemCall.UMASK, 022);
    }

    @Test
    void aDescriptorThatBlocksIsNotReadOnAVirtualThread() throws Exception {
        Descriptors.Pipe pipe = Descriptors.pipe();
        try (Arena arena = Arena.ofShared()) {
            MemorySegment buffer = arena.allocate(8);
            assertThatThrownBy(() -> virtually(() -> Descriptors.readNow(pipe.reading(), buffer)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("blocks");
            Descriptors.setNonBlocking(pipe.reading());
            assertThat(virtually(() -> Descriptors.readNow(pipe.reading(), buffer)))
                    .isEqualTo(-Errno.EAGAIN);
        } finally {
            pipe.close();
        }
    }

    @Test
    void readersOfPipesThatNobodyWritesLetOthersGoOn() throws Exception {
        Descriptors.Pipe pipe = Descriptors.pipe();
        List<Thread> readers = new ArrayList<>();
        CompletableFuture<String> outcome = new CompletableFuture<>();
        try {
            for (int i = 0; i < MORE_THAN_CARRIERS; i++) {
                readers.add(Thread.ofVirtual().start(() -> {
                    try {
                        outcome.complete("read " + Descriptors.read(pipe.reading(), 8, LONG).length);
                    } catch (Exception e) {
                        outcome.complete(e.toString());
                    }
                }));
            }
            assertThat(virtually(() -> "it goes on")).isEqualTo("it goes on");
            assertThat(outcome).isNotDone();
            Descriptors.setNonBlocking(pipe.writing());
            try (Arena arena = Arena.ofConfined()) {
                Descriptors.writeNow(pipe.writing(), arena.allocateFrom(ValueLayout.JAVA_BYTE, (byte) 1, (byte) 2));
            }
            assertThat(outcome.get(60, TimeUnit.SECONDS)).isEqualTo("read 2");
        } finally {
            readers.forEach(Thread::interrupt);
            for (Thread reader : readers) {
                assertThat(reader.join(LONG)).isTrue();
            }
            pipe.close();
        }
    }

    @Test
    void readingEndsAtItsDeadlineOnBothKindsOfThreads() throws Exception {
        Descriptors.Pipe pipe = Descriptors.pipe();
        try {
            Callable<byte[]> read = () -> Descriptors.readAll(pipe.reading(), 100, Duration.ofMillis(50));
            for (Callable<byte[]> reader : List.<Callable<byte[]>>of(read, () -> virtually(read))) {
                assertThatThrownBy(reader::call)
                        .isInstanceOfSatisfying(
                                ErrnoException.class,
                                e -> assertThat(e.is(Errno.ETIMEDOUT)).isTrue());
            }
        } finally {
            pipe.close();
        }
    }

    @Test
    void reapsOnVirtualThreadsWhatIsKilled() throws Exception {
        SyscallProgram sleeper = new SyscallProgram();
        SyscallProgram.Label again = new SyscallProgram.Label();
        sleeper.at(again);
        sleeper.step("sleep", SystemCall.PPOLL, 0, 0, 0, 0).then(again).ifFailed(again);
        int pid = virtually(() -> Processes.spawn(sleeper, "sleeper", List.of(), Map.of()));
        assertThat(Processes.tryReap(pid)).isFalse();
        virtually(() -> {
            Processes.killWithChildren(pid);
            return pid;
        });
        assertThat(Path.of("/proc/" + pid)).doesNotExist();
    }

    @Test
    void aFifoIsOpenedWithoutItsOtherEnd() throws Exception {
        Path fifo = directory.resolve("fifo");
        assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor())
                .isZero();
        int descriptor = virtually(() -> Descriptors.open(fifo, Descriptors.O_RDONLY));
        assertThat(descriptor).isNotNegative();
        Descriptors.close(descriptor);
        assertThat(Files.exists(fifo)).isTrue();
    }
}
