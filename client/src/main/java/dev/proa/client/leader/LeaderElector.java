package dev.proa.client.leader;

import dev.proa.api.coordination.v1.Lease;
import dev.proa.api.coordination.v1.LeaseSpec;
import dev.proa.api.status.StatusException;
import dev.proa.client.Client;
import dev.proa.client.ResourceClient;
import dev.proa.client.Transport.TransportException;
import dev.proa.client.clock.Clock;
import dev.proa.client.reconcile.EventRecorder;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A candidate for leadership. All candidates try to write themselves into one {@code Lease}; whoever has done so leads for as long as it
 * renews the lease, and the others take over when they have seen no renewal for the lease's duration. As client-go's leader election,
 * but that a leader that lost the lease is a candidate again.
 *
 * <p>No two lead at a time as long as {@link LeaderCallbacks#stoppedLeading} returns promptly: a leader counts its deadline from before
 * it sent the last successful renewal, so however slow the answers are, it stops before the others may start. That holds also
 * for a renewal that hangs. (A machine that stands still for seconds notices late; {@link #isLeader} says no in that moment.)
 *
 * <p>Thread-safe. The candidate runs from {@link #start} to {@link #close}, on the timers of its clock.
 */
public final class LeaderElector implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LeaderElector.class);

    private final LeaderElectionConfig config;
    private final ResourceClient<Lease> leases;
    private final Clock clock;
    private final RandomGenerator random;
    private final EventRecorder events;
    private final LeaderCallbacks callbacks;

    /** Held while the state changes and callbacks run, never during a request. */
    private final ReentrantLock lock = new ReentrantLock();

    /** The lease as it was last seen or written. */
    private @Nullable Lease observed;

    /** Whether it has not been seen to change for as long as it lasts; null before it was seen. */
    private @Nullable Countdown expiry;

    private String reported = "";
    private volatile boolean leading;

    /** The time after the last renewal in which this candidate may lead. */
    private @Nullable Countdown term;

    /** When {@link #term} ends. */
    private volatile Instant deadline = Instant.MIN;

    private Clock.@Nullable Timer attempt;
    private boolean closed;

    /** A duration that passes: measured by a timer, because the time that a clock shows may be set. Guarded by {@link #lock}. */
    private final class Countdown {
        private boolean over;
        private final Clock.Timer timer;

        Countdown(Duration duration) {
            timer = clock.schedule(duration, this::end);
        }

        private void end() {
            lock.lock();
            try {
                over = true;
                if (this == term) {
                    LOG.warn("{} could not renew the lease {} in time", config.identity(), describe());
                    stopLeading();
                }
            } finally {
                lock.unlock();
            }
        }
    }

    public LeaderElector(
            LeaderElectionConfig config,
            Client client,
            Clock clock,
            RandomGenerator random,
            EventRecorder events,
            LeaderCallbacks callbacks) {
        this.config = config;
        this.leases = client.resource(Lease.KIND).in(config.namespace());
        this.clock = clock;
        this.random = random;
        this.events = events;
        this.callbacks = callbacks;
    }

    /** Begins to try. Call it once. */
    public void start() {
        schedule(Duration.ZERO);
    }

    /** Whether this candidate leads at this moment. */
    public boolean isLeader() {
        return leading && clock.instant().isBefore(deadline);
    }

    /** Who was last seen to lead; empty when nobody was. */
    public String leader() {
        lock.lock();
        try {
            return observed == null ? "" : observed.spec().holderIdentity();
        } finally {
            lock.unlock();
        }
    }

    /** Stops leading, gives the lease up if it is configured so, and ends. Idempotent. */
    @Override
    public void close() {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            if (attempt != null) {
                attempt.cancel();
            }
            stopLeading();
            stop(expiry);
        } finally {
            lock.unlock();
        }
        release();
    }

    private static void stop(@Nullable Countdown countdown) {
        if (countdown != null) {
            countdown.timer.cancel();
        }
    }

    private void schedule(Duration delay) {
        lock.lock();
        try {
            if (!closed) {
                attempt = clock.schedule(delay, this::attempt);
            }
        } finally {
            lock.unlock();
        }
    }

    private void attempt() {
        // from before it asks: when the others see the renewal, it may already be a while ago
        Instant asked = clock.instant();
        Countdown next = new Countdown(config.renewDeadline());
        try {
            if (acquireOrRenew(asked)) {
                lead(next, asked.plus(config.renewDeadline()));
            }
        } catch (StatusException | TransportException e) {
            LOG.debug("{} cannot acquire or renew the lease {}: {}", config.identity(), describe(), e.getMessage());
        } catch (RuntimeException e) {
            LOG.error("{} cannot acquire or renew the lease {}", config.identity(), describe(), e);
        } finally {
            stopUnlessTerm(next);
            reportLeader();
            if (isClosed()) {
                release(); // what it got after close() had nothing to give up
            }
            long period = config.retryPeriod().toNanos();
            double jitter = leading ? 0 : LeaderElectionConfig.JITTER * random.nextDouble();
            schedule(Duration.ofNanos(period + (long) (period * jitter)));
        }
    }

    /** A term that has begun must end at its deadline, even if {@link LeaderCallbacks#startedLeading} threw. */
    private void stopUnlessTerm(Countdown countdown) {
        lock.lock();
        try {
            if (countdown != term) {
                stop(countdown);
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    private String describe() {
        return config.namespace() + "/" + config.name();
    }

    /** Writes this candidate into the lease, if it may; returns whether it did. */
    private boolean acquireOrRenew(Instant now) {
        Lease known = observed();
        if (known != null && isMine(known) && !isExpired()) {
            try {
                return observe(leases.update(known.withSpec(renewed(known.spec(), now))));
            } catch (StatusException e) {
                LOG.debug("the lease {} is not as last seen: {}", describe(), e.getMessage());
            }
        }
        Lease present = leases.find(config.name());
        if (present == null) {
            Lease fresh = Lease.of(config.namespace(), config.name())
                    .withSpec(acquired(LeaseSpec.EMPTY, now).withLeaseTransitions(0));
            return observe(leases.create(fresh));
        }
        observe(present);
        if (isMine(present)) {
            return observe(leases.update(present.withSpec(renewed(present.spec(), now))));
        }
        if (!present.spec().holderIdentity().isEmpty() && !isExpired()) {
            return false;
        }
        return observe(leases.update(present.withSpec(acquired(present.spec(), now))));
    }

    private LeaseSpec acquired(LeaseSpec before, Instant now) {
        return renewed(before, now)
                .withHolderIdentity(config.identity())
                .withAcquireTime(now)
                .withLeaseTransitions(before.leaseTransitions() + 1);
    }

    private LeaseSpec renewed(LeaseSpec before, Instant now) {
        return before.withLeaseDurationSeconds((int) config.leaseDuration().toSeconds())
                .withRenewTime(now);
    }

    private boolean isMine(Lease lease) {
        return lease.spec().holderIdentity().equals(config.identity());
    }

    /** Whether others may take the lease over: they have not seen it change for as long as it lasts. */
    private boolean isExpired() {
        lock.lock();
        try {
            return expiry != null && expiry.over;
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Lease observed() {
        lock.lock();
        try {
            return observed;
        } finally {
            lock.unlock();
        }
    }

    /** Remembers the lease. If it has changed it lasts from now on, for this is the latest that it can have been written. */
    private boolean observe(Lease lease) {
        lock.lock();
        try {
            boolean same = observed != null
                    && observed.spec().value().equals(lease.spec().value());
            observed = lease;
            if (!same && !closed) {
                stop(expiry);
                expiry = new Countdown(Duration.ofSeconds(lease.spec().leaseDurationSeconds()));
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Leads, or goes on to, unless it is too late for that because the answer took so long. */
    private void lead(Countdown next, Instant until) {
        lock.lock();
        try {
            if (closed || next.over) {
                return;
            }
            stop(term);
            term = next;
            deadline = until;
            if (!leading) {
                leading = true;
                LOG.info("{} acquired the lease {}", config.identity(), describe());
                event("became leader");
                callbacks.startedLeading();
            }
        } finally {
            lock.unlock();
        }
    }

    private void stopLeading() {
        stop(term);
        term = null;
        if (leading) {
            leading = false;
            try {
                callbacks.stoppedLeading();
            } finally {
                event("stopped leading");
            }
        }
    }

    /** Gives the lease up if this candidate has it. */
    private void release() {
        Lease mine = observed();
        if (!config.releaseOnCancel() || mine == null || !isMine(mine)) {
            return;
        }
        Instant now = clock.instant();
        try {
            observe(leases.update(mine.withSpec(spec -> spec.withHolderIdentity("")
                    .withLeaseDurationSeconds(1)
                    .withAcquireTime(now)
                    .withRenewTime(now))));
        } catch (StatusException | TransportException e) {
            LOG.warn(
                    "{} could not give up the lease {}, the others wait until it expires: {}",
                    config.identity(),
                    describe(),
                    e.getMessage());
        }
    }

    private void reportLeader() {
        lock.lock();
        try {
            String now = observed == null ? "" : observed.spec().holderIdentity();
            if (!now.equals(reported)) {
                reported = now;
                callbacks.newLeader(now);
            }
        } finally {
            lock.unlock();
        }
    }

    private void event(String what) {
        Lease about = observed == null ? Lease.of(config.namespace(), config.name()) : observed;
        events.normal(about, "LeaderElection", config.identity() + " " + what);
    }
}
