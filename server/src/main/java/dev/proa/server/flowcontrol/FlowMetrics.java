package dev.proa.server.flowcontrol;

import dev.proa.api.status.StatusException;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.datapoints.GaugeDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The metrics {@code apiserver_flowcontrol_*}, under Kubernetes' names. */
final class FlowMetrics {
    private static final String PREFIX = "apiserver_flowcontrol_";
    private static final String LEVEL = "priority_level";
    private static final String SCHEMA = "flow_schema";
    private static final double[] SECONDS = {0, 0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30};
    private static final double[] LENGTHS = {0, 10, 25, 50, 100, 250, 500, 1000};
    private static final double[] SEATS = {1, 2, 4, 8, 16, 32, 64, 100};
    private static final double[] WATCHES = {0, 1, 10, 100, 1000, 10_000};

    private final MaxInFlight inFlight;
    private final InstantSource clock;
    private final Counter rejected;
    private final Counter dispatched;
    private final Counter noAccommodation;
    private final Gauge waitingRequests;
    private final Gauge waitingSeats;
    private final Gauge servedRequests;
    private final Gauge servedSeats;
    private final Histogram waited;
    private final Histogram took;
    private final Histogram lengths;
    private final Histogram estimates;
    private final Histogram watches;
    private final Gauge nominal;
    private final Gauge lower;
    private final Gauge upper;
    private final Gauge current;
    private final Gauge peak;
    private final Gauge average;
    private final Gauge deviation;
    private final Gauge smoothed;
    private final Gauge target;
    private final Gauge fairFraction;
    private final Map<String, Level> levels = new ConcurrentHashMap<>();

    FlowMetrics(PrometheusRegistry registry, MaxInFlight inFlight, InstantSource clock) {
        this.inFlight = inFlight;
        this.clock = clock;
        rejected = Counter.builder()
                .name(PREFIX + "rejected_requests_total")
                .help("Number of requests rejected by API Priority and Fairness subsystem")
                .labelNames(LEVEL, SCHEMA, "reason")
                .register(registry);
        dispatched = Counter.builder()
                .name(PREFIX + "dispatched_requests_total")
                .help("Number of requests executed by API Priority and Fairness subsystem")
                .labelNames(LEVEL, SCHEMA)
                .register(registry);
        noAccommodation = Counter.builder()
                .name(PREFIX + "request_dispatch_no_accommodation_total")
                .help("Number of times a dispatch attempt resulted in a non accommodation due to lack of available"
                        + " seats")
                .labelNames(LEVEL, SCHEMA)
                .register(registry);
        waitingRequests = gauge(
                registry,
                "current_inqueue_requests",
                "Number of requests currently pending in queues of the API Priority and Fairness subsystem",
                LEVEL,
                SCHEMA);
        waitingSeats = gauge(
                registry,
                "current_inqueue_seats",
                "Number of seats currently pending in queues of the API Priority and Fairness subsystem",
                LEVEL,
                SCHEMA);
        servedRequests = gauge(
                registry,
                "current_executing_requests",
                "Number of requests in initial (for a WATCH) or any (for a non-WATCH) execution stage in the API Priority"
                        + " and Fairness subsystem",
                LEVEL,
                SCHEMA);
        servedSeats = gauge(
                registry,
                "current_executing_seats",
                "Concurrency (number of seats) occupied by the currently executing (initial stage for a WATCH, any stage"
                        + " otherwise) requests in the API Priority and Fairness subsystem",
                LEVEL,
                SCHEMA);
        waited = histogram(
                registry,
                "request_wait_duration_seconds",
                "Length of time a request spent waiting in its queue",
                SECONDS,
                LEVEL,
                SCHEMA,
                "execute");
        took = histogram(
                registry,
                "request_execution_seconds",
                "Duration of initial stage (for a WATCH) or any (for a non-WATCH) stage of request execution in the API"
                        + " Priority and Fairness subsystem",
                SECONDS,
                LEVEL,
                SCHEMA,
                "type");
        lengths = histogram(
                registry,
                "request_queue_length_after_enqueue",
                "Length of queue in the API Priority and Fairness subsystem, as seen by each request after it is"
                        + " enqueued",
                LENGTHS,
                LEVEL,
                SCHEMA);
        estimates = histogram(
                registry,
                "work_estimated_seats",
                "Number of estimated seats (maximum of initial and final seats) associated with requests in API Priority"
                        + " and Fairness",
                SEATS,
                LEVEL,
                SCHEMA);
        watches = histogram(
                registry,
                "watch_count_samples",
                "count of watchers for mutating requests in API Priority and Fairness",
                WATCHES,
                LEVEL,
                SCHEMA);
        nominal = gauge(
                registry,
                "nominal_limit_seats",
                "Nominal number of execution seats configured for each priority level",
                LEVEL);
        lower = gauge(
                registry,
                "lower_limit_seats",
                "Configured lower bound on number of execution seats available to each priority level",
                LEVEL);
        upper = gauge(
                registry,
                "upper_limit_seats",
                "Configured upper bound on number of execution seats available to each priority level",
                LEVEL);
        current = gauge(
                registry,
                "current_limit_seats",
                "current derived number of execution seats available to each priority level",
                LEVEL);
        peak = gauge(
                registry,
                "demand_seats_high_watermark",
                "High watermark, over last adjustment period, of demand_seats",
                LEVEL);
        average = gauge(
                registry,
                "demand_seats_average",
                "Time-weighted average, over last adjustment period, of demand_seats",
                LEVEL);
        deviation = gauge(
                registry,
                "demand_seats_stdev",
                "Time-weighted standard deviation, over last adjustment period, of demand_seats",
                LEVEL);
        smoothed = gauge(registry, "demand_seats_smoothed", "Smoothed seat demands", LEVEL);
        target = gauge(registry, "target_seats", "Seat allocation targets", LEVEL);
        fairFraction = Gauge.builder()
                .name(PREFIX + "seat_fair_frac")
                .help("Fair fraction of server's concurrency to allocate to each priority level that can use it")
                .register(registry);
    }

    private static Gauge gauge(PrometheusRegistry registry, String name, String help, String... labels) {
        return Gauge.builder().name(PREFIX + name).help(help).labelNames(labels).register(registry);
    }

    private static Histogram histogram(
            PrometheusRegistry registry, String name, String help, double[] bounds, String... labels) {
        return Histogram.builder()
                .name(PREFIX + name)
                .help(help)
                .classicOnly()
                .classicUpperBounds(bounds)
                .labelNames(labels)
                .register(registry);
    }

    void fairFraction(double fraction) {
        fairFraction.set(fraction);
    }

    /** The metrics of a priority level. */
    Level level(String name) {
        return levels.computeIfAbsent(name, Level::new);
    }

    /** Those of one level. */
    final class Level {
        private final String name;
        private final RetryAfter retryAfter = new RetryAfter();
        private final Map<String, Flow> flows = new ConcurrentHashMap<>();

        private Level(String name) {
            this.name = name;
        }

        Flow flow(String schema) {
            return flows.computeIfAbsent(schema, unused -> new Flow(name, schema));
        }

        /** What is answered to one that is refused. */
        StatusException refusal(FlowControl.Kind kind) {
            inFlight.refused(kind);
            return StatusException.tooManyRequests(
                    "Too many requests, please try again later.",
                    retryAfter.refuse(clock.instant().getEpochSecond()));
        }

        void limits(int nominalSeats, int least, int most) {
            nominal.labelValues(name).set(nominalSeats);
            lower.labelValues(name).set(least);
            upper.labelValues(name).set(most);
        }

        void adjusted(SeatDemand.Seen seen, double aim, int seats) {
            peak.labelValues(name).set(seen.most());
            average.labelValues(name).set(seen.average());
            deviation.labelValues(name).set(seen.deviation());
            smoothed.labelValues(name).set(seen.smoothed());
            target.labelValues(name).set(aim);
            current.labelValues(name).set(seats);
        }
    }

    /** Those of the requests of one FlowSchema at one level. */
    final class Flow {
        private final String level;
        private final String schema;
        private final CounterDataPoint served;
        private final GaugeDataPoint waitingNow;
        private final GaugeDataPoint waitingSeatsNow;
        private final GaugeDataPoint servedNow;
        private final GaugeDataPoint servedSeatsNow;
        private final DistributionDataPoint waitedServed;
        private final DistributionDataPoint tookSeconds;
        private final DistributionDataPoint length;
        private final DistributionDataPoint estimate;

        private Flow(String level, String schema) {
            this.level = level;
            this.schema = schema;
            served = dispatched.labelValues(level, schema);
            waitingNow = waitingRequests.labelValues(level, schema);
            waitingSeatsNow = waitingSeats.labelValues(level, schema);
            servedNow = servedRequests.labelValues(level, schema);
            servedSeatsNow = servedSeats.labelValues(level, schema);
            waitedServed = waited.labelValues(level, schema, "true");
            tookSeconds = took.labelValues(level, schema, "regular");
            length = lengths.labelValues(level, schema);
            estimate = estimates.labelValues(level, schema);
        }

        void estimated(int seats) {
            estimate.observe(seats);
        }

        void watchers(int count) {
            watches.labelValues(level, schema).observe(count);
        }

        void waits(int requests, int seats) {
            waitingNow.inc(requests);
            waitingSeatsNow.inc(seats);
        }

        void queueLength(int count) {
            length.observe(count);
        }

        void noRoom() {
            noAccommodation.labelValues(level, schema).inc();
        }

        void begins(int seats, double afterSeconds, boolean limited) {
            served.inc();
            servedNow.inc();
            servedSeatsNow.inc(seats);
            if (limited) {
                waitedServed.observe(afterSeconds);
            }
        }

        void ends(double seconds) {
            servedNow.dec();
            tookSeconds.observe(seconds);
        }

        void leaves(int seats) {
            servedSeatsNow.dec(seats);
        }

        void refused(String reason, double afterSeconds, boolean limited) {
            rejected.labelValues(level, schema, reason).inc();
            if (limited) {
                waited.labelValues(level, schema, "false").observe(afterSeconds);
            }
        }
    }
}
