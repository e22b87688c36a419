package dev.proa.client.leader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.coordination.v1.Lease;
import dev.proa.api.coordination.v1.LeaseSpec;
import dev.proa.api.core.v1.Event;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.client.Transport;
import dev.proa.client.clock.Clock;
import dev.proa.client.reconcile.EventRecorder;
import dev.proa.testing.Await;
import dev.proa.testing.FakeTransport;
import dev.proa.testing.SimulatedClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LeaderElectorTest {
    private final SimulatedClock clock = new SimulatedClock();
    private final FakeTransport server = new FakeTransport(clock);
    private final Client client = new Client(server);
    private final EventRecorder events = new EventRecorder(client, clock, "test", "");
    private final List<String> log = new ArrayList<>();

    /** Who cannot reach the server; empty for nobody. */
    private String cutOff = "";

    /** Whether those who begin to lead fail at it. */
    private boolean failing;

    @AfterEach
    void close() {
        events.close();
    }

    private final class Callbacks implements LeaderCallbacks {
        private final String name;

        Callbacks(String name) {
            this.name = name;
        }

        @Override
        public void startedLeading() {
            log.add(name + " started");
            if (failing) {
                throw new IllegalStateException("cannot start");
            }
        }

        @Override
        public void stoppedLeading() {
            log.add(name + " stopped");
        }

        @Override
        public void newLeader(String identity) {
            log.add(name + " sees " + identity);
        }
    }

    private LeaderElector candidate(String name) {
        return candidate(name, clock);
    }

    private LeaderElector candidate(String name, Clock its) {
        Transport transport = new Transport() {
            @Override
            public MapValue call(Request request) {
                if (cutOff.equals(name)) {
                    throw new TransportException("no route to the server", null);
                }
                return server.call(request);
            }

            @Override
            public EventStream watch(Request request) {
                return server.watch(request);
            }

            @Override
            public void close() {}
        };
        return new LeaderElector(
                LeaderElectionConfig.of("kube-system", "task", name),
                new Client(transport),
                its,
                new SplittableRandom(1),
                events,
                new Callbacks(name));
    }

    private LeaseSpec lease() {
        return client.resource(Lease.KIND).in("kube-system").get("task").spec();
    }

    private void seconds(int seconds) {
        clock.advance(Duration.ofSeconds(seconds));
    }

    @Test
    void theFirstLeadsAndTheOtherWaits() {
        try (LeaderElector a = candidate("a");
                LeaderElector b = candidate("b")) {
            a.start();
            seconds(0);
            b.start();
            Instant acquired = clock.instant();
            seconds(60);
            assertThat(log).containsExactly("a started", "a sees a", "b sees a");
            assertThat(a.isLeader()).isTrue();
            assertThat(b.isLeader()).isFalse();
            assertThat(b.leader()).isEqualTo("a");
            assertThat(lease().holderIdentity()).isEqualTo("a");
            assertThat(lease().leaseDurationSeconds()).isEqualTo(15);
            assertThat(lease().leaseTransitions()).isZero();
            assertThat(lease().acquireTime()).isEqualTo(acquired);
            assertThat(lease().renewTime()).isEqualTo(clock.instant());
        }
    }

    @Test
    void aLeaderWhoseStartFailsIsStillToldThatItsTermIsOver() {
        failing = true;
        try (LeaderElector a = candidate("a")) {
            a.start();
            seconds(0);
            cutOff = "a";
            seconds(60);
            assertThat(log).containsExactly("a started", "a sees a", "a stopped");
            assertThat(a.isLeader()).isFalse();
        }
    }

    @Test
    void aLeaderThatIsClosedGivesTheLeaseUp() throws Exception {
        LeaderElector a = candidate("a");
        a.start();
        seconds(1);
        try (LeaderElector b = candidate("b")) {
            b.start();
            seconds(10);
            a.close();
            a.close();
            assertThat(lease().holderIdentity()).isEmpty();
            assertThat(lease().leaseDurationSeconds()).isEqualTo(1);
            seconds(5);
            assertThat(b.isLeader()).isTrue();
            assertThat(lease().holderIdentity()).isEqualTo("b");
            assertThat(lease().leaseTransitions()).isEqualTo(1);
            assertThat(log).containsExactly("a started", "a sees a", "b sees a", "a stopped", "b started", "b sees b");
        }
        Await.until("events", () -> messages().size() == 4);
        assertThat(messages())
                .containsExactlyInAnyOrder(
                        "a became leader", "a stopped leading", "b became leader", "b stopped leading");
        assertThat(clock.waiting()).as("no timers are left").isZero();
    }

    private List<String> messages() {
        return client.resource(Event.KIND).in("kube-system").list().stream()
                .filter(event -> event.reason().equals("LeaderElection")
                        && event.involvedObject().kind().equals("Lease"))
                .map(Event::message)
                .toList();
    }

    @Test
    void aLeaderThatCannotRenewStopsBeforeTheOtherStarts() {
        try (LeaderElector a = candidate("a");
                LeaderElector b = candidate("b")) {
            a.start();
            seconds(1);
            b.start();
            seconds(9); // the last renewal is just done
            cutOff = "a";
            seconds(9);
            assertThat(a.isLeader()).as("it tries again until its deadline").isTrue();
            seconds(1);
            assertThat(log).last().isEqualTo("a stopped");
            assertThat(b.isLeader()).isFalse();
            seconds(10);
            assertThat(b.isLeader()).isTrue();
            cutOff = "";
            seconds(30);
            assertThat(log)
                    .containsExactly(
                            "a started", "a sees a", "b sees a", "a stopped", "b started", "b sees b", "a sees b");
            assertThat(lease().leaseTransitions()).isEqualTo(1);
            b.close();
            seconds(5);
            assertThat(a.isLeader())
                    .as("who lost the lease is a candidate again")
                    .isTrue();
        }
    }

    @Test
    void aShortFailureIsNoMatter() {
        try (LeaderElector a = candidate("a")) {
            a.start();
            seconds(1);
            for (int i = 0; i < 10; i++) {
                cutOff = "a";
                seconds(6);
                cutOff = "";
                seconds(4);
            }
            assertThat(log).containsExactly("a started", "a sees a");
        }
    }

    @Test
    void clocksThatShowAnotherTimeAreNoMatter() {
        Sim sim = new Sim();
        try (LeaderElector a = candidate("a", sim.clock(Duration.ofDays(-400), 1));
                LeaderElector b = candidate("b", sim.clock(Duration.ofDays(400), 1))) {
            a.start();
            sim.run(Duration.ofSeconds(1));
            b.start();
            sim.run(Duration.ofMinutes(2));
            assertThat(log).containsExactly("a started", "a sees a", "b sees a");
        }
    }

    @Test
    void aLeaseThatIsDeletedIsMadeAgain() {
        try (LeaderElector a = candidate("a")) {
            a.start();
            seconds(1);
            client.resource(Lease.KIND).in("kube-system").delete("task");
            seconds(4);
            assertThat(lease().holderIdentity()).isEqualTo("a");
            assertThat(log).containsExactly("a started", "a sees a");
        }
    }

    @Test
    void timesThatCannotWorkAreRefused() {
        Duration second = Duration.ofSeconds(1);
        assertThatThrownBy(() -> new LeaderElectionConfig("n", "l", "a", second, second, second, true))
                .hasMessage("leaseDuration PT1S must be longer than renewDeadline PT1S");
        assertThatThrownBy(() -> new LeaderElectionConfig("n", "l", "a", second.plus(second), second, second, true))
                .hasMessage("renewDeadline PT1S must be longer than retryPeriod PT1S times 1.2");
        assertThatThrownBy(() -> LeaderElectionConfig.of("n", "l", ""))
                .hasMessage("the identity is empty; each candidate needs one of its own");
    }

    /** Events in the order of time. While one of them waits, the others go on, as those of other threads and machines do. */
    private static final class Sim {
        private record Entry(long due, long number, Runnable task) {}

        private final PriorityQueue<Entry> entries =
                new PriorityQueue<>(Comparator.comparing(Entry::due).thenComparing(Entry::number));
        private long now;
        private long number;

        /** What is checked after every event. */
        private Runnable invariant = () -> {};

        void run(Duration duration) {
            long until = now + duration.toNanos();
            for (Entry entry = entries.peek(); entry != null && entry.due() <= until; entry = entries.peek()) {
                entries.remove();
                now = Math.max(now, entry.due());
                entry.task().run();
                invariant.run();
            }
            now = Math.max(now, until);
            invariant.run();
        }

        /** A clock that shows another time, and runs at another speed. */
        Clock clock(Duration offset, double speed) {
            return new Clock() {
                @Override
                public Instant instant() {
                    return Instant.parse("2026-01-01T00:00:00Z").plus(offset).plusNanos((long) (now * speed));
                }

                @Override
                public Timer schedule(Duration delay, Runnable task) {
                    Entry entry = new Entry(now + (long) (Math.max(0, delay.toNanos()) / speed), number++, task);
                    entries.add(entry);
                    return () -> entries.remove(entry);
                }

                @Override
                public void sleep(Duration duration) {
                    throw new UnsupportedOperationException();
                }
            };
        }
    }

    /** A network on which requests and answers take time and get lost. */
    private final class Network implements Transport {
        private final Sim sim;
        private final SplittableRandom random;
        private boolean bad;

        Network(Sim sim, SplittableRandom random) {
            this.sim = sim;
            this.random = random;
        }

        @Override
        public MapValue call(Request request) {
            travel();
            MapValue answer = server.call(request);
            travel();
            return answer;
        }

        private void travel() {
            sim.run(Duration.ofMillis(random.nextInt(10) == 0 ? random.nextInt(12_000) : random.nextInt(50)));
            if (bad && random.nextInt(3) > 0) {
                throw new TransportException("lost", null);
            }
        }

        @Override
        public EventStream watch(Request request) {
            return server.watch(request);
        }

        @Override
        public void close() {}
    }

    @Test
    void neverDoTwoLeadAtOnce() {
        long seed = new Random().nextLong();
        System.out.println("seed of the elections: " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        int terms = 0;
        for (int round = 0; round < 50; round++) {
            terms += elections(random, "task" + round);
        }
        assertThat(terms).as("leaders do change").isGreaterThan(100);
    }

    private int elections(SplittableRandom random, String name) {
        Sim sim = new Sim();
        List<LeaderElector> electors = new ArrayList<>();
        List<String> leading = new ArrayList<>();
        int[] terms = new int[1];
        sim.invariant = () -> {
            assertThat(leading).hasSizeLessThan(2);
            assertThat(electors.stream().filter(LeaderElector::isLeader)).hasSizeLessThan(2);
        };
        List<Network> networks = new ArrayList<>();
        List<Supplier<LeaderElector>> makers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            String identity = "c" + i;
            Network network = new Network(sim, random.split());
            networks.add(network);
            // 15 s : 10 s is how different the speeds may be
            Clock its =
                    sim.clock(Duration.ofSeconds(random.nextInt(-100_000, 100_000)), 1 + random.nextDouble() * 0.45);
            makers.add(() -> new LeaderElector(
                    LeaderElectionConfig.of("kube-system", name, identity),
                    new Client(network),
                    its,
                    random.split(),
                    events,
                    new LeaderCallbacks() {
                        @Override
                        public void startedLeading() {
                            leading.add(identity);
                            terms[0]++;
                            assertThat(leading).containsExactly(identity);
                        }

                        @Override
                        public void stoppedLeading() {
                            leading.remove(identity);
                        }
                    }));
            electors.add(makers.get(i).get());
            electors.get(i).start();
        }
        for (int i = 0; i < 40; i++) {
            sim.run(Duration.ofMillis(random.nextInt(20_000)));
            int which = random.nextInt(3);
            networks.get(which).bad = random.nextInt(3) > 0;
            if (random.nextInt(8) == 0) {
                electors.get(which).close();
                electors.set(which, makers.get(which).get());
                electors.get(which).start();
            }
        }
        electors.forEach(LeaderElector::close);
        sim.run(Duration.ofMinutes(1));
        assertThat(leading).isEmpty();
        return terms[0];
    }
}
