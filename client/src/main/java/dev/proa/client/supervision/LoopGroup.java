package dev.proa.client.supervision;

import dev.proa.client.clock.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Loops that do one kind of work, such as all workers of a controller. Made by {@link Supervisor#group}. Thread-safe. */
public final class LoopGroup {
    private final String name;
    private final Clock clock;
    private final RandomGenerator random;
    private final Set<Loop> loops = ConcurrentHashMap.newKeySet();
    private final LongAdder failures = new LongAdder();
    private volatile Predicate<Throwable> expected = failure -> false;

    LoopGroup(String name, Clock clock, RandomGenerator random) {
        this.name = name;
        this.clock = clock;
        this.random = random;
    }

    /** The name of the group's health check. */
    public String name() {
        return name;
    }

    /** Failures that these loops meet in the ordinary course of things are logged as details only. */
    public LoopGroup expecting(Predicate<Throwable> failure) {
        expected = failure;
        return this;
    }

    boolean expects(Throwable failure) {
        return expected.test(failure);
    }

    /** Runs {@code body} on a virtual thread until it returns, and again, with back-off, each time that it throws. */
    public Loop run(String loop, Loop.Body body) {
        return run(loop, Thread.ofVirtual(), body);
    }

    /** As {@link #run(String, Loop.Body)}, on a thread that {@code thread} makes: for work that must not hold a carrier. */
    public Loop run(String loop, Thread.Builder thread, Loop.Body body) {
        return start(new Loop(loop, this, Loop.LONGEST_PAUSE), thread, body);
    }

    /** Runs {@code step} on a virtual thread again and again; with back-off after it throws, else without a pause. */
    public Loop repeat(String loop, Loop.Body step) {
        return run(loop, repeated(step));
    }

    /** Runs {@code task} on a virtual thread each time that {@code period} has passed, and earlier, with back-off, after it threw. */
    public Loop every(Duration period, String loop, Loop.Body task) {
        Duration longest = period.compareTo(Loop.LONGEST_PAUSE) < 0 ? period : Loop.LONGEST_PAUSE;
        return start(new Loop(loop, this, longest), Thread.ofVirtual(), repeated(self -> {
            if (!self.hasFailed()) {
                clock.sleep(period);
            }
            task.run(self);
        }));
    }

    private static Loop.Body repeated(Loop.Body step) {
        return self -> {
            while (!self.closed()) {
                step.run(self);
                self.succeeded();
            }
        };
    }

    private Loop start(Loop loop, Thread.Builder thread, Loop.Body body) {
        loops.add(loop);
        loop.start(thread, body);
        return loop;
    }

    /** What is wrong with the loops that have failed for more than {@link Loop#PATIENCE}; null when all are well. */
    public @Nullable String problem() {
        Instant now = clock.instant();
        StringBuilder problems = new StringBuilder();
        for (Loop loop : loops) {
            String problem = loop.problem(now);
            if (problem != null) {
                problems.append(problems.isEmpty() ? "" : "; ").append(problem);
            }
        }
        return problems.isEmpty() ? null : problems.toString();
    }

    public Stats stats() {
        Instant now = clock.instant();
        int running = 0;
        int failing = 0;
        Instant latest = null;
        for (Loop loop : loops) {
            running++;
            failing += loop.isFailing(now) ? 1 : 0;
            Instant success = loop.lastSuccess();
            if (success != null && (latest == null || success.isAfter(latest))) {
                latest = success;
            }
        }
        return new Stats(running, failing, failures.sum(), latest);
    }

    Clock clock() {
        return clock;
    }

    RandomGenerator random() {
        return random;
    }

    void failed() {
        failures.increment();
    }

    void ended(Loop loop) {
        loops.remove(loop);
    }

    void close() {
        loops.forEach(Loop::close);
    }

    /**
     * Counters of a group.
     *
     * @param loops those that have not ended
     * @param failing those of them that failed and have not run well since
     * @param failures how often loops of this group threw
     * @param lastSuccess when one last did its work; null for never
     */
    public record Stats(
            int loops, int failing, long failures, @Nullable Instant lastSuccess) {}
}
