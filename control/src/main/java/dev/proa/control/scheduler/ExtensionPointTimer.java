package dev.proa.control.scheduler;

import dev.proa.client.clock.Clock;
import dev.proa.control.scheduler.framework.Framework;
import dev.proa.control.scheduler.framework.Status;
import dev.proa.control.scheduler.metrics.SchedulerMetrics;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Function;
import java.util.function.Supplier;

/** Measures how long the plugins of an extension point take together. Thread-safe. */
record ExtensionPointTimer(SchedulerMetrics metrics, Clock clock) {
    /** @param point as {@code Reserve} */
    Status time(Framework framework, String point, Supplier<Status> plugins) {
        return time(framework, point, plugins, status -> status);
    }

    <T> T time(Framework framework, String point, Supplier<T> plugins, Function<T, Status> status) {
        Instant began = clock.instant();
        T result = plugins.get();
        metrics.ran(
                point,
                status.apply(result).code().text(),
                framework.profile(),
                Duration.between(began, clock.instant()));
        return result;
    }
}
