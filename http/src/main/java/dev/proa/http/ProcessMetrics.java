package dev.proa.http;

import com.sun.management.UnixOperatingSystemMXBean;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.ToDoubleFunction;

/** Metrics of this process under the names that all clients of Prometheus use. Taken when they are scraped. */
public final class ProcessMetrics {
    private static final double NANOS = 1e9;
    private static final double PAGE = 4096;

    private ProcessMetrics() {}

    /** Registers them. */
    public static void register(PrometheusRegistry registry) {
        gauge(registry, "process_virtual_memory_bytes", "Virtual memory size in bytes.", system -> pages(0));
        gauge(registry, "process_resident_memory_bytes", "Resident memory size in bytes.", system -> pages(1));
        gauge(
                registry,
                "process_start_time_seconds",
                "Start time of the process since unix epoch in seconds.",
                system -> ManagementFactory.getRuntimeMXBean().getStartTime() / 1e3);
        gauge(
                registry,
                "process_open_fds",
                "Number of open file descriptors.",
                UnixOperatingSystemMXBean::getOpenFileDescriptorCount);
        gauge(
                registry,
                "process_max_fds",
                "Maximum number of open file descriptors.",
                UnixOperatingSystemMXBean::getMaxFileDescriptorCount);
        CounterWithCallback.builder()
                .name("process_cpu_seconds_total")
                .help("Total user and system CPU time spent in seconds.")
                .callback(counter -> counter.call(ProcessHandle.current()
                                .info()
                                .totalCpuDuration()
                                .orElse(Duration.ZERO)
                                .toNanos()
                        / NANOS))
                .register(registry);
    }

    private static void gauge(
            PrometheusRegistry registry, String name, String help, ToDoubleFunction<UnixOperatingSystemMXBean> value) {
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system) {
            GaugeWithCallback.builder()
                    .name(name)
                    .help(help)
                    .callback(gauge -> gauge.call(value.applyAsDouble(system)))
                    .register(registry);
        }
    }

    /** Memory as the kernel counts it, by its place in {@code statm}; 0 when it does not tell. */
    private static double pages(int place) {
        try {
            return Long.parseLong(Files.readString(Path.of("/proc/self/statm")).split(" ")[place]) * PAGE;
        } catch (IOException e) {
            return 0;
        }
    }
}
