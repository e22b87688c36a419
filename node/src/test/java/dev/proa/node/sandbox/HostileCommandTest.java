package dev.proa.node.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.node.cri.Conditions;
import dev.proa.node.cri.Configs;
import dev.proa.node.cri.PodSandboxConfig;
import dev.proa.node.cri.RuntimeFailure;
import dev.proa.node.cri.StreamOptions;
import dev.proa.node.cri.StreamSession;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Hostile containers that try to keep an exec'd command from starting, from ending, or from reading its input. */
class HostileCommandTest extends SandboxTests {
    /** Stops every process of the container, and so what is to become the command, before it can execute it. */
    private static final String STOPS_ALL = "while :; do kill -STOP -1; done";

    private static final StreamOptions INPUT = new StreamOptions(true, true, true, false);
    private static final int ROUNDS = 5;
    private static final int MORE_THAN_CARRIERS = 2 * Runtime.getRuntime().availableProcessors() + 1;

    /** Whether virtual threads still get their turn. */
    private static void othersGoOn() throws Exception {
        CompletableFuture<Boolean> turn = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> turn.complete(true));
        assertThat(turn.get(5, TimeUnit.SECONDS)).isTrue();
    }

    private static List<Thread> each(Runnable action) {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < MORE_THAN_CARRIERS; i++) {
            threads.add(Thread.ofVirtual().start(action));
        }
        return threads;
    }

    private static void join(List<Thread> threads) throws InterruptedException {
        for (Thread thread : threads) {
            assertThat(thread.join(Duration.ofSeconds(30))).isTrue();
        }
    }

    @Test
    void commandsThatAreStoppedBeforeTheyBeginEndAtTheirDeadline() throws Exception {
        String id = started(sandbox("web"), SandboxFixture.shell("stops", STOPS_ALL));
        List<String> outcomes = new CopyOnWriteArrayList<>();
        // The attacker has to be scheduled in the moment between a command's birth and its execution.
        for (int round = 0; round < ROUNDS && !outcomes.contains("DEADLINE_EXCEEDED"); round++) {
            List<Thread> probes = each(() -> {
                try {
                    fixture.runtime.execSync(id, List.of("true"), Duration.ofSeconds(2));
                    outcomes.add("it ran");
                } catch (RuntimeFailure failure) {
                    outcomes.add(failure.reason().toString());
                }
            });
            for (int i = 0; i < 10; i++) {
                othersGoOn();
                LockSupport.parkNanos(100_000_000);
            }
            join(probes);
        }
        assertThat(outcomes).isNotEmpty().isSubsetOf("it ran", "DEADLINE_EXCEEDED");
        // Those of commands that ran are collected a moment after their end.
        Conditions.await("no helpers beside the shim", () -> helpers(id) <= 1);
    }

    private static long helpers(String container) {
        return ProcessHandle.current()
                .children()
                .filter(child -> child.info().commandLine().orElse("").contains(container))
                .count();
    }

    @Test
    void writersToAContainerThatReadsNothingKeepNoCarrier() throws Exception {
        String id = started(
                sandbox("web"), new ConfigBuilder("sleep 1000").stdin(false).build());
        List<StreamSession> sessions = new CopyOnWriteArrayList<>();
        List<Thread> writers = each(() -> {
            StreamSession attached = fixture.runtime.attach(id, INPUT);
            sessions.add(attached);
            try {
                attached.stdin().write(new byte[1 << 20]);
                throw new AssertionError("nobody reads this");
            } catch (IOException e) {
                // interrupted below
            }
        });
        othersGoOn();
        writers.forEach(Thread::interrupt);
        join(writers);
        sessions.forEach(StreamSession::close);
    }

    @Test
    void aStartThatAnotherContainerHoldsUpDoesNotHoldUpTheRuntimesEnd() throws Exception {
        PodSandboxConfig plain = Configs.sandbox("web", logs);
        String sandbox = fixture.runtime.runPodSandbox(new PodSandboxConfig(
                plain.name(),
                plain.namespace(),
                plain.uid(),
                plain.attempt(),
                plain.hostname(),
                plain.domain(),
                plain.logDirectory(),
                plain.dns(),
                plain.hostAliases(),
                plain.labels(),
                plain.annotations(),
                false,
                false,
                false,
                true,
                plain.hostPorts(),
                plain.sysctls(),
                plain.resources()));
        started(sandbox, SandboxFixture.shell("stops", STOPS_ALL));
        List<Thread> starts = each(() -> {
            try {
                started(sandbox, SandboxFixture.shell("held-up", "sleep 1000"));
            } catch (RuntimeFailure failure) {
                // when the runtime is closed
            }
        });
        othersGoOn();
        CompletableFuture<Boolean> closed = new CompletableFuture<>();
        Thread.ofPlatform().daemon().start(() -> {
            fixture.runtime.close();
            closed.complete(true);
        });
        assertThat(closed.get(20, TimeUnit.SECONDS)).isTrue();
        join(starts);
        fixture.runtime = SandboxFixture.open(fixture.state, fixture.cgroup, fixture.network, false);
    }
}
