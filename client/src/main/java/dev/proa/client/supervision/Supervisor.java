package dev.proa.client.supervision;

import dev.proa.client.clock.Clock;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.random.RandomGenerator;

/**
 * Runs the background loops of a program and restarts those that fail. Loops are in groups, such as all workers of a
 * controller; health checks and metrics are by group. Thread-safe.
 *
 * <pre>{@code
 * supervisor.group("dns").run("udp", loop -> serve(socket));
 * supervisor.group("leases").every(Duration.ofSeconds(10), "node-1", loop -> renew());
 * }</pre>
 */
public final class Supervisor implements AutoCloseable {
    private final Clock clock;
    private final RandomGenerator random;
    private final Map<String, LoopGroup> groups = new ConcurrentSkipListMap<>();

    /** @param random jitter of back-off, used by many threads */
    public Supervisor(Clock clock, RandomGenerator random) {
        this.clock = clock;
        this.random = random;
    }

    /** The group of a name, made when it is first asked for. */
    public LoopGroup group(String name) {
        return groups.computeIfAbsent(name, absent -> new LoopGroup(name, clock, random));
    }

    /** All groups, by name. */
    public List<LoopGroup> groups() {
        return List.copyOf(groups.values());
    }

    /** What is wrong with each group, by {@code loops/} and its name; empty when nothing is. For health checks. */
    public Map<String, String> checks() {
        Map<String, String> checks = new TreeMap<>();
        groups.forEach((name, group) -> checks.put("loops/" + name, Objects.requireNonNullElse(group.problem(), "")));
        return checks;
    }

    /** Closes all loops. Idempotent. */
    @Override
    public void close() {
        groups.values().forEach(LoopGroup::close);
    }
}
