package dev.proa.control.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.batch.v1.Job;
import dev.proa.api.batch.v1.JobStatus;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.meta.v1.DeleteOptions;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.client.Patch;
import dev.proa.client.ResourceClient;
import dev.proa.client.Transport;
import dev.proa.client.Transport.TransportException;
import dev.proa.client.reconcile.EventRecorder;
import dev.proa.control.shared.Freshness;
import dev.proa.control.shared.Jobs;
import dev.proa.control.shared.Pods;
import dev.proa.control.shared.Tries;
import dev.proa.testing.FakeTransport;
import dev.proa.testing.SimulatedClock;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Random histories of Jobs: pods succeed, fail and are deleted, the controller's cache is behind, and the controller dies between any two
 * writes and begins anew with nothing remembered. No end of a pod is missed or counted twice.
 */
class JobHistoriesTest {
    private static final int STEPS = 2_000;

    @Test
    void countEachPodOnce() {
        Tries.run(120, random -> {
            boolean indexed = random.nextBoolean();
            String spec = "\"parallelism\":%d,\"completions\":%d,\"backoffLimit\":%d,\"completionMode\":\"%s\","
                    .formatted(
                            1 + random.nextInt(6),
                            1 + random.nextInt(12),
                            random.nextInt(4) == 0 ? random.nextInt(3) : 1000,
                            indexed ? "Indexed" : "NonIndexed");
            spec += switch (random.nextInt(3)) {
                case 0 -> "\"podReplacementPolicy\":\"Failed\"";
                case 1 -> "\"podReplacementPolicy\":\"TerminatingOrFailed\"";
                default -> indexed ? "\"backoffLimitPerIndex\":2" : "\"activeDeadlineSeconds\":100000000";
            };
            History history = new History(random, spec);
            history.live(false);
            history.checkThatEachIsCounted();
        });
    }

    @Test
    void runWorkQueuesToTheirEnd() {
        Tries.run(40, random -> {
            History history =
                    new History(random, "\"parallelism\":" + (1 + random.nextInt(6)) + ",\"backoffLimit\":1000");
            history.live(false);
            history.checkThatEachIsCounted();
        });
    }

    @Test
    void surviveSuspension() {
        Tries.run(40, random -> {
            History history = new History(
                    random,
                    "\"parallelism\":3,\"completions\":6,\"backoffLimit\":1000,\"completionMode\":\""
                            + (random.nextBoolean() ? "Indexed" : "NonIndexed") + "\"");
            history.live(true);
            assertThat(history.job().status().succeeded()).isEqualTo(6);
        });
    }

    /** One Job from its creation to its end. */
    private static final class History {
        private final Random random;
        private final SimulatedClock clock = new SimulatedClock();
        private final FakeTransport server = new FakeTransport(clock);
        private final Client client = new Client(server);
        private final ResourceClient<Job> jobs = client.resource(Job.KIND).in("default");
        private final ResourceClient<Pod> pods = client.resource(Pod.KIND).in("default");
        private final AtomicInteger writesLeft = new AtomicInteger(Integer.MAX_VALUE);
        private final Freshness freshness = new Freshness();
        private final JobMetrics metrics = new JobMetrics(new PrometheusRegistry());
        private final EventRecorder events;
        private JobMemory memory = new JobMemory(clock);
        private Map<String, Pod> cache = new HashMap<>();
        private final Set<String> created = new HashSet<>();
        private final Map<Integer, Integer> successes = new HashMap<>();
        /** Indexes of pods that succeeded after they were deleted, which may have been counted as failed before. */
        private final Set<Integer> lateSuccesses = new HashSet<>();

        private JobStatus last = JobStatus.EMPTY;

        History(Random random, String spec) {
            this.random = random;
            // Events are none of the writes that matter; nobody writes them here.
            events = new EventRecorder(new Client(new FakeTransport(clock)), clock, "test", "");
            Job job = JobWorld.job("job", "Never", spec);
            jobs.create(job.withSpec(given -> given.withSelector(s -> s.withMatchLabels(Map.of("job", "job")))
                    .withTemplate(template -> template.withMetadata(m -> m.withLabels(Map.of("job", "job"))))));
        }

        Job job() {
            return jobs.get("job");
        }

        void live(boolean suspending) throws InterruptedException {
            try {
                for (int step = 0; step < STEPS && !Jobs.isFinished(job()); step++) {
                    step(suspending);
                    check();
                }
            } finally {
                events.close();
            }
            assertThat(Jobs.isFinished(job())).as("it ends: %s", job().status()).isTrue();
            assertThat(pods.list()).as("nothing holds pods").noneMatch(JobPods::isTracked);
        }

        private void step(boolean suspending) throws InterruptedException {
            switch (random.nextInt(12)) {
                case 0, 1 -> {
                    clock.advance(Duration.ofSeconds(random.nextInt(900)));
                    catchUp(); // no informer is behind for that long
                }
                case 2, 3, 4 -> somethingHappensToAPod();
                case 5, 6 -> catchUp();
                case 7 -> {
                    if (suspending) {
                        jobs.patch(
                                "job",
                                Patch.merge(MapValue.of("spec", MapValue.of("suspend", random.nextInt(3) == 0))));
                    }
                }
                case 8 -> {
                    writesLeft.set(random.nextInt(8)); // and then the controller is no more
                    sync();
                    beginAnew();
                }
                default -> sync();
            }
        }

        private void beginAnew() {
            writesLeft.set(Integer.MAX_VALUE);
            memory = new JobMemory(clock);
            catchUp();
        }

        /** The informer of pods hears of everything there is. */
        private void catchUp() {
            String job = job().uid();
            Map<String, Pod> now = pods.list().stream().collect(Collectors.toMap(Pod::uid, pod -> pod));
            for (Pod pod : now.values()) {
                if (!cache.containsKey(pod.uid())) {
                    memory.expectations.created(job);
                }
                if (pod.isDeleting()) {
                    memory.expectations.deleted(job, pod.uid());
                }
                if (!JobPods.isTracked(pod)) {
                    memory.removed(job, pod.uid());
                }
            }
            for (String gone : cache.keySet()) {
                if (!now.containsKey(gone)) {
                    memory.expectations.deleted(job, gone);
                    memory.removed(job, gone);
                }
            }
            cache = now;
        }

        private void sync() throws InterruptedException {
            Job job = job();
            JobWriter writer = new JobWriter(
                    new Client(new Dying()).resource(Job.KIND),
                    new Client(new Dying()).resource(Pod.KIND),
                    events,
                    memory,
                    freshness);
            try {
                new JobSync(
                                job,
                                List.copyOf(cache.values()),
                                memory.removing(job.uid()),
                                memory.expectations.areMet(job.uid()),
                                clock.instant(),
                                memory,
                                writer,
                                events,
                                metrics)
                        .run();
            } catch (StatusException | TransportException e) {
                // the next sync goes on from here
            }
            pods.list().forEach(pod -> created.add(pod.uid()));
        }

        /** After so many writes none gets through; the answer to the last one is lost. Pods are bound as soon as they are there. */
        private final class Dying implements Transport {
            @Override
            public MapValue call(Request request) {
                int left = writesLeft.getAndDecrement();
                if (left <= 0) {
                    throw died();
                }
                MapValue answer = server.call(request.verb().equals("create") ? bound(request) : request);
                if (left == 1) {
                    throw died();
                }
                return answer;
            }

            private Request bound(Request request) {
                MapValue pod = (MapValue) Objects.requireNonNull(request.body());
                return new Request(
                        request.verb(),
                        request.path(),
                        request.query(),
                        pod.withMap("spec", spec -> spec.with("nodeName", "node")),
                        request.contentType());
            }

            private TransportException died() {
                return new TransportException("died", new IOException("died"));
            }

            @Override
            public EventStream watch(Request request) {
                throw died();
            }

            @Override
            public void close() {
                server.close();
            }
        }

        private void somethingHappensToAPod() {
            List<Pod> live = pods.list().stream()
                    .filter(pod -> !Pods.isFinished(pod))
                    .sorted(Comparator.comparing(Pod::name))
                    .toList();
            if (live.isEmpty()) {
                return;
            }
            Pod pod = live.get(random.nextInt(live.size()));
            if (pod.isDeleting() || random.nextInt(8) > 0) {
                boolean success = random.nextInt(3) > 0;
                pods.patchStatus(
                        pod.name(),
                        Patch.merge(MapValue.of("status", MapValue.of("phase", success ? "Succeeded" : "Failed"))));
                if (success && pod.isDeleting()) {
                    lateSuccesses.add(JobPods.index(pod));
                } else if (success) {
                    successes.merge(JobPods.index(pod), 1, Integer::sum);
                }
                if (pod.isDeleting()) {
                    pods.delete(pod.name(), new DeleteOptions(MapValue.of("gracePeriodSeconds", 0L)));
                    removeIfFree(pod);
                }
            } else {
                pods.delete(pod.name());
            }
        }

        /** The server lets go what is deleted once it has no finalizers; a kubelet then says that it has ended. */
        private void removeIfFree(Pod pod) {
            Pod now = pods.find(pod.name());
            if (now != null && now.metadata().finalizers().isEmpty()) {
                pods.delete(pod.name(), new DeleteOptions(MapValue.of("gracePeriodSeconds", 0L)));
            }
        }

        private void check() {
            Job job = job();
            JobStatus status = job.status();
            long active = pods.list().stream().filter(Pods::isActive).count();
            assertThat(active)
                    .as("pods that run")
                    .isLessThanOrEqualTo(job.spec().parallelism());
            if (JobPods.replacesOnlyFailed(job)) {
                long unfinished = pods.list().stream()
                        .filter(pod -> !Pods.isFinished(pod))
                        .count();
                assertThat(unfinished)
                        .as("pods that have not ended")
                        .isLessThanOrEqualTo(job.spec().parallelism());
            }
            assertThat(status.failed()).isGreaterThanOrEqualTo(last.failed());
            assertThat(status.succeeded()).isGreaterThanOrEqualTo(last.succeeded());
            assertThat(status.succeeded() + status.failed()).isLessThanOrEqualTo(created.size());
            last = status;
        }

        /** Each pod there has been is in one of the counters, once; of each index one pod succeeded. */
        void checkThatEachIsCounted() {
            Job job = job();
            // Of two pods of an index that both succeeded, because one was deleted before, only the index counts.
            int twice = JobState.isIndexed(job) ? lateSuccesses.size() : 0;
            assertThat(job.status().succeeded() + job.status().failed())
                    .as("%s after %s pods", job.status(), created.size())
                    .isBetween(created.size() - twice, created.size());
            MapValue end = finished(job);
            if (JobState.isIndexed(job)) {
                assertThat(successes.values()).as("successes of each index").allMatch(count -> count == 1);
                Indexes late = Indexes.of(lateSuccesses);
                Indexes completed = Indexes.parse(
                        job.status().completedIndexes(), job.spec().completions());
                assertThat(completed.union(late))
                        .isEqualTo(Indexes.of(successes.keySet()).union(late));
            } else if (job.spec().hasCompletions() && end.string("type").equals("Complete")) {
                assertThat(job.status().succeeded()).isEqualTo(job.spec().completions());
            }
        }

        private static MapValue finished(Job job) {
            @Nullable MapValue condition = Jobs.finishedCondition(job);
            return condition == null ? MapValue.EMPTY : condition;
        }
    }
}
