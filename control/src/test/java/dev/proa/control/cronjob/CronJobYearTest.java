package dev.proa.control.cronjob;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.batch.v1.CronJob;
import dev.proa.api.batch.v1.CronJobStatus;
import dev.proa.api.batch.v1.Job;
import dev.proa.api.core.v1.ObjectReference;
import dev.proa.api.cron.CronSchedule;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.api.view.Kind;
import dev.proa.api.view.KubeObject;
import dev.proa.client.Patch;
import dev.proa.client.clock.Clock;
import dev.proa.client.informer.EventHandler;
import dev.proa.client.informer.Informer;
import dev.proa.client.supervision.Supervisor;
import dev.proa.control.shared.ControlContext;
import dev.proa.control.shared.TestCluster;
import dev.proa.control.shared.Tries;
import dev.proa.testing.Await;
import dev.proa.testing.SimulatedClock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A year of CronJobs of all policies. Their Jobs end after random times, CronJobs are suspended and resumed, the controller is away for hours, and
 * its clock is set back. A model says after each event which Job has to be there. No Job may be made twice, and none that the model does not
 * want.
 */
class CronJobYearTest {
    /** A part of it, which is quicker. */
    @Test
    void noRunIsMissedAndNoneComesTwiceInAMonth() {
        run(Duration.ofDays(30));
    }

    @Test
    @Tag("extensions")
    void noRunIsMissedAndNoneComesTwiceInAYear() {
        run(Duration.ofDays(365));
    }

    private static void run(Duration time) {
        Tries.run(1, random -> {
            try (Year year = new Year(random, time)) {
                year.run();
            }
        });
    }

    /** Something that happens at a time. */
    private record Happening(Instant time, long order, Step step) {}

    @FunctionalInterface
    private interface Step {
        void run() throws InterruptedException;
    }

    /** What is to be known of one CronJob. */
    private static final class Model {
        final String name;
        final CronSchedule schedule;
        final String policy;
        final @Nullable Duration deadline;
        final Duration longest;
        final Instant created;
        final Set<String> active = new HashSet<>();

        @Nullable
        Instant last;

        boolean suspended;

        Model(CronJob cronJob, CronSchedule schedule, Duration longest) {
            this.name = cronJob.name();
            this.schedule = schedule;
            this.policy = cronJob.spec().concurrencyPolicy();
            this.deadline = cronJob.spec().hasStartingDeadlineSeconds()
                    ? Duration.ofSeconds(cronJob.spec().startingDeadlineSeconds())
                    : null;
            this.longest = longest;
            this.created = cronJob.metadata().creationTimestamp();
        }

        /** The newest time that is due and was not run. */
        @Nullable
        Instant due(Instant now) {
            Instant from = last == null ? created : last;
            if (deadline != null && now.minus(deadline).isAfter(from)) {
                from = now.minus(deadline);
            }
            Instant due = null;
            for (Instant at = schedule.next(from); at != null && !at.isAfter(now); at = schedule.next(at)) {
                due = at;
            }
            return due;
        }

        /** The first time after {@code now} at which it is due; intervals are counted from the last run. */
        @Nullable
        Instant next(Instant now) {
            Instant at = schedule.next(last == null ? created : last);
            while (at != null && !at.isAfter(now)) {
                at = schedule.next(at);
            }
            return at;
        }

        String job(Instant time) {
            return name + "-" + time.getEpochSecond() / 60;
        }
    }

    private static final class Year implements AutoCloseable {
        private final TestCluster cluster = new TestCluster();
        private final Random random;
        private final Instant start = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        private final Duration time;
        private final PriorityQueue<Happening> happenings =
                new PriorityQueue<>(Comparator.comparing(Happening::time).thenComparing(Happening::order));
        private final Map<String, String> made = new ConcurrentHashMap<>();
        private final List<String> twice = new ArrayList<>();
        /** The resource versions that the controller has heard of, by kind and name. */
        private Map<String, Long> heard = Map.of();

        private final Set<String> wanted = ConcurrentHashMap.newKeySet();
        private final Informer<CronJob> cronJobs = cluster.informers.informer(CronJob.KIND);
        private final Informer<Job> jobs = cluster.informers.informer(Job.KIND);
        private final List<Model> models = new ArrayList<>();
        private SimulatedClock clock = new SimulatedClock(start);
        private @Nullable ControlContext controller;
        private long order;

        Year(Random random, Duration time) throws InterruptedException {
            this.random = random;
            this.time = time;
            jobs.addHandler(new EventHandler<Job>() {
                @Override
                public void added(Job job) {
                    String before = made.put(job.name(), job.uid());
                    if (before != null && !before.equals(job.uid())) {
                        twice.add(job.name());
                    }
                }
            });
            cluster.start();
        }

        void run() throws InterruptedException {
            startController();
            create("quarterly", "17 */6 * * *", "Allow", null, "", Duration.ofMinutes(30));
            create("nightly", "30 2 * * *", "Forbid", Duration.ofHours(2), "Europe/Berlin", Duration.ofHours(5));
            create("often", "*/20 1-2 * * *", "Forbid", null, "America/New_York", Duration.ofMinutes(70));
            create("replaced", "0 */8 * * *", "Replace", null, "Asia/Kolkata", Duration.ofHours(7));
            create("monthly", "@monthly", "Allow", Duration.ofMinutes(10), "", Duration.ofDays(40));
            create("weekdays", "0 9,17 * * 1-5", "Allow", Duration.ofHours(1), "Pacific/Auckland", Duration.ofHours(1));
            create("every", "@every 11h7m", "Allow", null, "", Duration.ofHours(20));
            for (int i = 0; i < 2 + time.toDays() / 15; i++) {
                at(randomTime(), this::beAway);
                at(randomTime(), () -> suspend(models.get(random.nextInt(models.size()))));
            }
            while (!happenings.isEmpty() && happenings.peek().time().isBefore(start.plus(time))) {
                Happening next = happenings.remove();
                if (next.time().isAfter(clock.instant())) {
                    clock.advance(Duration.between(clock.instant(), next.time()));
                }
                next.step().run();
            }
            assertThat(twice).as("made twice").isEmpty();
            assertThat(made.keySet()).as("all Jobs").isEqualTo(wanted);
            assertThat(made.size()).as("Jobs").isGreaterThan((int) time.toDays() * 12);
        }

        private Instant randomTime() {
            return start.plusSeconds(random.nextLong(time.toSeconds()));
        }

        private void at(Instant time, Step step) {
            happenings.add(new Happening(time, order++, step));
        }

        private void create(
                String name, String schedule, String policy, @Nullable Duration deadline, String zone, Duration longest)
                throws InterruptedException {
            MapValue.Builder spec = MapValue.builder(8)
                    .put("schedule", schedule)
                    .put("concurrencyPolicy", policy)
                    .put("jobTemplate", MapValue.of("spec", MapValue.of("template", template())));
            if (deadline != null) {
                spec.put("startingDeadlineSeconds", deadline.toSeconds());
            }
            if (!zone.isEmpty()) {
                spec.put("timeZone", zone);
            }
            CronJob created = cluster.client
                    .resource(CronJob.KIND)
                    .create(new CronJob(CronJob.of("default", name).value().with("spec", spec.build())));
            ZoneId own = zone.isEmpty() ? ZoneOffset.UTC : ZoneId.of(zone);
            Model model = new Model(created, CronSchedule.parse(schedule, own), longest);
            models.add(model);
            settle(model);
            atNext(model);
        }

        private static MapValue template() {
            return MapValue.of(
                    "spec",
                    MapValue.of(
                            "restartPolicy",
                            "Never",
                            "containers",
                            ListValue.of(MapValue.of("name", "main", "image", "job:1"))));
        }

        /** Looks at a CronJob shortly after each time that it is due at. */
        private void atNext(Model model) {
            Instant next = model.next(clock.instant());
            if (next != null) {
                at(next.plus(ScheduledTimes.MARGIN), () -> {
                    expect(model);
                    atNext(model);
                });
            }
        }

        /** Waits for what the controller has to do now. */
        private void expect(Model model) throws InterruptedException {
            Instant now = clock.instant();
            Instant due = controller == null || model.suspended ? null : model.due(now);
            if (due == null || model.policy.equals("Forbid") && !model.active.isEmpty()) {
                return;
            }
            String job = model.job(due);
            wanted.add(job);
            if (model.policy.equals("Replace")) {
                model.active.clear();
            }
            model.active.add(job);
            model.last = due;
            settle(model, job);
            assertStatus(model);
            long seconds = 1 + random.nextLong(model.longest.toSeconds());
            Instant finish =
                    now.truncatedTo(ChronoUnit.SECONDS).plusSeconds(seconds).plusMillis(500);
            at(finish, () -> finish(model, job)); // at no time at which something is due
        }

        /** Lets the controller work until it has nothing to do and its informers know what it wrote. */
        private void settle(Model model, String... names) throws InterruptedException {
            ControlContext running = controller;
            int worked = 1;
            while (running != null && worked > 0) {
                awaitHeard(CronJob.KIND, model.name);
                for (String name : names) {
                    awaitHeard(Job.KIND, name);
                }
                worked = running.controllers().getFirst().drain();
            }
        }

        private <T extends KubeObject> void awaitHeard(Kind<T> kind, String name) throws InterruptedException {
            T object = cluster.client.resource(kind).in("default").find(name);
            if (object != null) {
                long version = Long.parseLong(object.resourceVersion());
                Await.until(
                        "the controller has heard of " + name,
                        () -> heard.getOrDefault(kind.kind() + "/" + name, 0L) >= version);
            }
        }

        private void assertStatus(Model model) {
            CronJobStatus status = cluster.client
                    .resource(CronJob.KIND)
                    .in("default")
                    .get(model.name)
                    .status();
            assertThat(status.active().stream().map(ObjectReference::name))
                    .as("active Jobs of %s at %s", model.name, clock.instant())
                    .containsExactlyInAnyOrderElementsOf(model.active);
            assertThat(status.lastScheduleTime())
                    .as("last time of %s at %s", model.name, clock.instant())
                    .isEqualTo(model.last);
        }

        private void finish(Model model, String job) throws InterruptedException {
            if (!model.active.remove(job)) {
                return; // replaced
            }
            String now = Times.format(clock.instant());
            boolean failed = random.nextInt(5) == 0;
            MapValue condition = MapValue.of(
                    "type",
                    failed ? "Failed" : "Complete",
                    "status",
                    "True",
                    "lastTransitionTime",
                    now,
                    "lastProbeTime",
                    now);
            MapValue before = MapValue.of(
                    "type",
                    failed ? "FailureTarget" : "SuccessCriteriaMet",
                    "status",
                    "True",
                    "lastTransitionTime",
                    now,
                    "lastProbeTime",
                    now);
            MapValue.Builder status =
                    MapValue.builder(3).put("startTime", now).put("conditions", ListValue.of(before, condition));
            if (!failed) {
                status.put("completionTime", now);
            }
            cluster.client
                    .resource(Job.KIND)
                    .in("default")
                    .patchStatus(job, Patch.merge(MapValue.of("status", status.build())));
            if (controller != null) {
                settle(model, job);
                expect(model); // what had to wait for this one starts at once
                assertStatus(model);
            }
        }

        private void suspend(Model model) throws InterruptedException {
            setSuspended(model, true);
            at(clock.instant().plusSeconds(1 + random.nextLong(86_400 * 2)), () -> {
                setSuspended(model, false);
                expect(model);
            });
        }

        private void setSuspended(Model model, boolean to) throws InterruptedException {
            cluster.client
                    .resource(CronJob.KIND)
                    .in("default")
                    .patch(model.name, Patch.merge(MapValue.of("spec", MapValue.of("suspend", to))));
            model.suspended = to;
            settle(model);
        }

        /** The controller ends, and another one starts hours later, with a clock that may be a little behind the last one's. */
        private void beAway() {
            ControlContext running = controller;
            if (running == null) {
                return;
            }
            running.close();
            controller = null;
            at(clock.instant().plusSeconds(1 + random.nextLong(36_000)), () -> {
                if (random.nextBoolean()) {
                    clock = new SimulatedClock(clock.instant().minusSeconds(random.nextLong(600)));
                }
                startController();
                for (Model model : models) {
                    expect(model);
                    settle(model);
                    assertStatus(model);
                }
            });
        }

        private <T extends KubeObject> void listen(Informer<T> informer) {
            Map<String, Long> versions = heard;
            informer.addHandler(new EventHandler<T>() {
                @Override
                public void added(T object) {
                    versions.put(
                            (informer == jobs ? "Job/" : "CronJob/") + object.name(),
                            Long.parseLong(object.resourceVersion()));
                }

                @Override
                public void updated(T before, T after) {
                    added(after);
                }
            });
        }

        private void startController() throws InterruptedException {
            ControlContext context = new ControlContext(
                    cluster.client, cluster.informers, new Supervisor(Clock.system(), random), clock, random);
            new CronJobController(context, ZoneOffset.UTC);
            controller = context;
            heard = new ConcurrentHashMap<>();
            listen(cronJobs); // after the controller, so that it has heard of what this hears of
            listen(jobs);
        }

        @Override
        public void close() {
            if (controller != null) {
                controller.close();
            }
            cluster.close();
        }
    }
}
