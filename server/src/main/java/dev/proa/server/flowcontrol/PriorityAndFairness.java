package dev.proa.server.flowcontrol;

import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.http.FairBudget;
import dev.proa.server.flowcontrol.SeatAllocation.Claim;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * API Priority and Fairness (KEP-1040): FlowSchemas tell requests into flows of priority levels, each of which has a share of the seats, may
 * use those that others do not need, and serves its flows fairly. A request that waits holds no thread.
 *
 * <p>Requests of this JVM need no seat. Those that last as long as a client wants, but watches, and those of exempt levels are bounded by {@link
 * MaxInFlight} only. How many requests may wait is bounded over all levels, too.
 */
public final class PriorityAndFairness implements FlowControl {
    /** How often {@link #adjust} is to be called. */
    public static final Duration ADJUSTED_EACH = Duration.ofSeconds(10);

    /** What {@link MaxInFlight} lets in of both kinds together. */
    private static final int SEATS = MaxInFlight.READ_ONLY + MaxInFlight.MUTATING;

    /** A quarter of the time that a request may take. */
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private static final long HEAP_OF_A_WAITING_REQUEST = 64 << 10;
    private static final double MOST_SEATS_OF_A_LEVEL = 0.15;

    private final Settings settings;
    private final MaxInFlight bounds;
    private final FlowMetrics metrics;
    private final WatchCounts watches = new WatchCounts();
    private final WorkEstimator estimator;
    private final FairBudget parked =
            new FairBudget(Math.max(1_000, Runtime.getRuntime().maxMemory() / HEAP_OF_A_WAITING_REQUEST));
    private volatile Configuration configuration = new Configuration(List.of(), Map.of());
    private int nominalSum;

    /**
     * What flow control is made with.
     *
     * @param bounds what all requests are bounded by
     * @param registry where its metrics are registered
     * @param clock the time
     * @param nanos the time in nanoseconds, from any start
     * @param timers runs something later, on another thread; gives what cancels it
     * @param seed makes the queues of flows others in each process
     */
    public record Settings(
            MaxInFlight bounds,
            PrometheusRegistry registry,
            InstantSource clock,
            LongSupplier nanos,
            BiFunction<Duration, Runnable, Runnable> timers,
            long seed) {}

    /** The schemas in their order, and all levels by name: each schema has its level. */
    record Configuration(List<FlowSchema> schemas, Map<String, Level> levels) {}

    /** A priority level, and how many seats it has. Its numbers change under the lock of the whole. */
    static final class Level {
        final QueueSet queues;
        final FlowMetrics.Level metrics;
        volatile LevelSpec spec;
        /** Whether it is configured no more, and only stays until its requests are done. */
        volatile boolean quiescing;
        /** The most seats of a request; 0 for no bound of its own. */
        volatile int mostSeats;

        int nominal;
        int least;
        int most;
        int seats;
        SeatDemand.Seen seen = new SeatDemand.Seen(0, 0, 0, 0);

        Level(LevelSpec spec, QueueSet queues, FlowMetrics.Level metrics) {
            this.spec = spec;
            this.queues = queues;
            this.metrics = metrics;
        }
    }

    /** @param objects tells how many objects there are, for the cost of lists */
    public PriorityAndFairness(Settings settings, ObjectCounts objects) {
        this.settings = settings;
        this.bounds = settings.bounds();
        this.metrics = new FlowMetrics(settings.registry(), bounds, settings.clock());
        this.estimator = new WorkEstimator(objects, watches);
        configure(List.of(), List.of());
    }

    /**
     * Puts FlowSchemas and PriorityLevelConfigurations in force. Mandatory ones that are missing are taken as they should be; schemas whose level is
     * missing are left out; a level that is gone stays until its requests are done.
     */
    public synchronized void configure(Collection<MapValue> schemas, Collection<MapValue> levels) {
        Map<String, LevelSpec> specs = new HashMap<>();
        for (MapValue object : BootstrapConfiguration.mandatoryLevels()) {
            LevelSpec spec = LevelSpec.of(object);
            specs.put(spec.name(), spec);
        }
        levels.forEach(object -> {
            LevelSpec spec = LevelSpec.of(object);
            specs.put(spec.name(), spec);
        });
        List<FlowSchema> all = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (MapValue object : schemas) {
            FlowSchema schema = FlowSchema.of(object);
            if (specs.containsKey(schema.level())) {
                all.add(schema);
                names.add(schema.name());
            }
        }
        for (MapValue object : BootstrapConfiguration.mandatorySchemas()) {
            FlowSchema schema = FlowSchema.of(object);
            if (!names.contains(schema.name())) {
                all.add(schema);
            }
        }
        all.sort(FlowSchema.ORDER);
        configuration = new Configuration(List.copyOf(all), share(specs));
    }

    /** Makes and keeps levels, and divides the seats among them. */
    private Map<String, Level> share(Map<String, LevelSpec> specs) {
        Map<String, Level> levels = new TreeMap<>();
        for (Map.Entry<String, Level> old : configuration.levels().entrySet()) {
            Level level = old.getValue();
            LevelSpec spec = specs.remove(old.getKey());
            if (spec != null || !level.queues.isIdle()) {
                level.quiescing = spec == null;
                level.spec = spec == null ? level.spec : spec;
                levels.put(old.getKey(), level);
            }
        }
        specs.forEach((name, spec) -> {
            FlowMetrics.Level measured = metrics.level(name);
            QueueSet queues = new QueueSet(spec, 0, settings.nanos(), settings.timers(), measured);
            levels.put(name, new Level(spec, queues, measured));
        });
        double shares = 0;
        for (Level level : levels.values()) {
            shares += level.spec.shares();
        }
        int sum = 0;
        for (Level level : levels.values()) {
            limit(level, shares == 0 ? 0 : (int) Math.ceil(SEATS * level.spec.shares() / shares));
            sum += level.nominal;
        }
        nominalSum = sum;
        allocate(levels);
        return Map.copyOf(levels);
    }

    private static void limit(Level level, int nominal) {
        LevelSpec spec = level.spec;
        level.nominal = nominal;
        level.least = nominal - (int) Math.round(nominal * spec.lendablePercent() / 100.0);
        Long borrowing = spec.borrowingLimitPercent();
        level.most = nominal + (borrowing == null ? SEATS : (int) Math.round(nominal * borrowing / 100.0));
        level.metrics.limits(level.nominal, level.least, level.most);
        LevelSpec.Queuing queuing = spec.queuing();
        level.mostSeats = queuing == null
                ? 0
                : (int) Math.max(1, Math.min(Math.ceil(nominal * MOST_SEATS_OF_A_LEVEL), nominal / queuing.hand()));
    }

    /** Lends seats of levels that do not need them to others, by what each could have used lately. */
    public synchronized void adjust() {
        Configuration present = configuration;
        boolean done = present.levels().values().stream().anyMatch(level -> level.quiescing && level.queues.isIdle());
        if (done) {
            Map<String, LevelSpec> kept = new HashMap<>();
            present.levels().values().stream()
                    .filter(level -> !level.quiescing)
                    .forEach(level -> kept.put(level.spec.name(), level.spec));
            configuration = new Configuration(present.schemas(), share(kept));
        } else {
            allocate(present.levels());
        }
    }

    private void allocate(Map<String, Level> levels) {
        List<Level> limited = new ArrayList<>();
        List<Claim> claims = new ArrayList<>();
        int left = nominalSum;
        int leastSum = 0;
        int neededSum = 0;
        for (Level level : levels.values()) {
            level.seen = level.queues.demand();
            if (level.spec.isExempt()) {
                level.seats = Math.max(level.least, level.seen.most());
                left -= level.seats;
                level.metrics.adjusted(level.seen, level.seats, level.seats);
                continue;
            }
            int needed = needed(level);
            limited.add(level);
            claims.add(new Claim(needed, level.most, Math.max(needed, level.seen.smoothed())));
            leastSum += level.least;
            neededSum += needed;
        }
        double fraction = left <= neededSum ? 0 : SeatAllocation.fraction(nominalSum, claims);
        metrics.fairFraction(fraction);
        for (int i = 0; i < limited.size(); i++) {
            Level level = limited.get(i);
            level.seats = seats(level, claims.get(i), new Rest(left, leastSum, neededSum), fraction);
            level.metrics.adjusted(level.seen, claims.get(i).target(), level.seats);
        }
        for (Level level : levels.values()) {
            level.queues.configure(level.spec, level.seats);
        }
    }

    /** What is there for the levels that are not exempt, and the least that they have and need. */
    private record Rest(int seats, int least, int needed) {}

    /** What a level could have used lately of its own, or at least what it never lends. */
    private static int needed(Level level) {
        return Math.max(level.least, Math.min(level.nominal, level.seen.most()));
    }

    private static int seats(Level level, Claim claim, Rest rest, double fraction) {
        if (rest.seats() <= rest.least()) {
            return level.least;
        }
        if (rest.seats() <= rest.needed()) {
            double share = (rest.seats() - rest.least()) / (double) (rest.needed() - rest.least());
            return level.least + (int) Math.round((needed(level) - level.least) * share);
        }
        return (int) Math.round(claim.at(fraction));
    }

    @Override
    public Ticket take(Request request) {
        if (request.local()) {
            return bounds.take(request);
        }
        if (request.kind() == Kind.LONG_RUNNING && !request.attributes().verb().equals("watch")) {
            return bounds.takeExempt(request);
        }
        Configuration present = configuration;
        FlowSchema schema = schema(present, request);
        Level level = present.levels().get(schema.level());
        if (level == null) {
            throw new IllegalStateException("the schema " + schema.name() + " has no level");
        }
        FlowMetrics.Flow measured = level.metrics.flow(schema.name());
        String flow = schema.flow(request.user(), request.attributes());
        Work work = estimator.estimate(request, level.mostSeats, measured);
        measured.estimated(work.most());
        Place place = new Place(
                level.queues,
                request,
                new Classification(schema.uid(), level.spec.uid(), true),
                measured,
                schema.name(),
                flow,
                work,
                settings.nanos().getAsLong());
        if (level.spec.isExempt()) {
            return exempt(request, place);
        }
        long hash = ShuffleSharding.hash(settings.seed(), schema.name(), flow);
        level.queues.arrive(place, hash, this::park, PATIENCE);
        return new Counted(place);
    }

    private static FlowSchema schema(Configuration present, Request request) {
        FlowSchema last = null;
        for (FlowSchema schema : present.schemas()) {
            if (schema.matches(request.user(), request.attributes())) {
                return schema;
            }
            if (last == null || schema.name().equals(BootstrapConfiguration.CATCH_ALL)) {
                last = schema;
            }
        }
        if (last == null) {
            throw new IllegalStateException("there is no FlowSchema");
        }
        return last; // a user who is in neither group of all users
    }

    /** Never waits, but is bounded with the others that are exempt. */
    private Ticket exempt(Request request, Place place) {
        Ticket bound = bounds.takeExempt(request);
        if (bound.refusal() != null) {
            return bound;
        }
        place.set.arrive(place, 0, this::park, PATIENCE);
        return new Ticket() {
            @Override
            public Classification classification() {
                return place.classification();
            }

            @Override
            public void leave() {
                place.leave();
                bound.leave();
            }
        };
    }

    /** Takes room for a request that waits; null when there is none for its user. */
    private @Nullable Runnable park(Place place) {
        String flow = place.request.flow();
        return parked.take(flow, 1) ? () -> parked.give(flow, 1) : null;
    }

    /** A ticket whose request is counted among those in flight while it has its seat. */
    private final class Counted implements Ticket {
        private final Place place;
        private final AtomicBoolean counted = new AtomicBoolean();

        Counted(Place place) {
            this.place = place;
            if (!place.isWaiting()) {
                count();
            }
        }

        private void count() {
            if (place.refusal() == null && counted.compareAndSet(false, true)) {
                bounds.count(place.request.kind(), 1);
            }
        }

        @Override
        public Classification classification() {
            return place.classification();
        }

        @Override
        public boolean isWaiting() {
            return place.isWaiting();
        }

        @Override
        public @Nullable StatusException refusal() {
            return place.refusal();
        }

        @Override
        public void onDecision(Runnable then) {
            place.onDecision(() -> {
                count();
                then.run();
            });
        }

        @Override
        public void leave() {
            place.leave();
            if (counted.compareAndSet(true, false)) {
                bounds.count(place.request.kind(), -1);
            }
        }
    }

    @Override
    public Runnable watchBegins(String group, String resource, String namespace) {
        return watches.begin(group, resource, namespace);
    }

    @Override
    public @Nullable String debug(String path, boolean details) {
        return FlowDump.of(
                path,
                configuration.levels(),
                details,
                settings.clock(),
                settings.nanos().getAsLong());
    }
}
