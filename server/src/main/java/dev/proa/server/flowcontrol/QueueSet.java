package dev.proa.server.flowcontrol;

import dev.proa.server.flowcontrol.LevelSpec.Queuing;
import dev.proa.server.flowcontrol.Place.State;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The requests of one priority level: served as long as there are seats, waiting in queues otherwise. The queue whose oldest request would be
 * finished first is next, if all queues that have requests were served at the same rate all the time (fair queuing, KEP-1040).
 *
 * <p>Virtual time is in seat-seconds that each queue with requests could have had. Queues exist only while they have requests. Thread-safe;
 * whoever waits is told without the lock.
 */
final class QueueSet {
    private static final double NANOS = 1e9;

    private final LongSupplier nanos;
    private final BiFunction<Duration, Runnable, Runnable> timers;
    private final FlowMetrics.Level metrics;
    private final Map<Integer, Queue> queues = new HashMap<>();
    private final Set<Place> served = new HashSet<>();
    private final SeatDemand demand;
    private LevelSpec spec;
    private int limit;
    private double now;
    private long lastNanos;
    private int last;
    private int arrivals;
    private int waiting;
    private int seatsTaken;
    private int seatsWanted;
    private final Totals totals = new Totals();

    /** Counters for the dumps. */
    static final class Totals {
        long dispatched;
        long rejected;
        long cancelled;
    }

    /** Requests of some flows. */
    static final class Queue {
        final int index;
        final Deque<Place> waiting = new ArrayDeque<>();
        final Set<Place> served = new HashSet<>();
        int seats;
        double work;
        /** The virtual time at which its next request begins. */
        double next;

        Queue(int index) {
            this.index = index;
        }

        boolean isEmpty() {
            return waiting.isEmpty() && served.isEmpty() && seats == 0;
        }
    }

    /**
     * @param nanos the time in nanoseconds, from any start
     * @param timers runs something later, on another thread; gives what cancels it
     */
    QueueSet(
            LevelSpec spec,
            int limit,
            LongSupplier nanos,
            BiFunction<Duration, Runnable, Runnable> timers,
            FlowMetrics.Level metrics) {
        this.spec = spec;
        this.limit = limit;
        this.nanos = nanos;
        this.timers = timers;
        this.metrics = metrics;
        this.lastNanos = nanos.getAsLong();
        this.demand = new SeatDemand(lastNanos);
    }

    /** Changes how requests wait, and how many seats there are. */
    void configure(LevelSpec changed, int seats) {
        locked(told -> {
            spec = changed;
            limit = seats;
            serve(told);
        });
    }

    /** Does something under the lock, and tells those whom it decided about. */
    private void locked(Consumer<List<Place>> change) {
        List<Place> told = new ArrayList<>(2);
        synchronized (this) {
            advance();
            change.accept(told);
        }
        told.forEach(Place::tell);
    }

    private void advance() {
        long at = nanos.getAsLong();
        if (waiting == 0 && served.isEmpty() && queues.isEmpty()) {
            now = 0; // nobody compares it with anything
        } else if (!queues.isEmpty()) {
            now += Math.min(seatsTaken + seatsWanted, limit) / (double) queues.size() * (at - lastNanos) / NANOS;
        }
        lastNanos = at;
    }

    /**
     * Gives a request its place: it is served, waits, or is refused afterwards.
     *
     * @param hash of its flow
     * @param park asks whether one more may wait; gives back what that takes. Null means no
     * @param patience how long it may wait
     */
    void arrive(Place place, long hash, Parking park, Duration patience) {
        locked(told -> {
            Queuing queuing = spec.queuing();
            if (spec.isExempt() || queuing == null) {
                if (spec.isExempt() || fits(place.work.most())) {
                    begin(place, null);
                } else {
                    refuse(place, "concurrency-limit");
                }
                return;
            }
            Queue queue = queue(queuing, hash);
            if (seatsTaken >= limit && queue.waiting.size() >= queuing.length()) {
                dropIfEmpty(queue);
                refuse(place, "queue-full");
                return;
            }
            enqueue(place, queue);
            serve(told);
            told.remove(place); // its caller looks for itself
            if (place.state == State.WAITING) {
                place.unpark = park.park(place);
                if (place.unpark == null) {
                    dequeue(place);
                    dropIfEmpty(queue);
                    refuse(place, "queue-full");
                    return;
                }
                place.stopTimer = timers.apply(patience, () -> late(place));
            }
        });
    }

    /** See {@link #arrive}. */
    @FunctionalInterface
    interface Parking {
        @Nullable
        Runnable park(Place place);
    }

    /** Of the hand of a flow the queue in which the least work waits. */
    private Queue queue(Queuing queuing, long hash) {
        int[] hand = ShuffleSharding.deal(hash, queuing.queues(), queuing.hand());
        int offset = Math.floorMod(arrivals++, hand.length);
        Queue best = null;
        for (int i = 0; i < hand.length; i++) {
            int index = hand[(offset + i) % hand.length];
            Queue queue = queues.get(index);
            if (queue == null) {
                best = new Queue(index);
                break;
            }
            if (best == null || queue.work < best.work) {
                best = queue;
            }
        }
        if (best == null) {
            throw new IllegalStateException("a hand without queues");
        }
        if (queues.putIfAbsent(best.index, best) == null) {
            best.next = now;
        }
        return best;
    }

    private void enqueue(Place place, Queue queue) {
        if (queue.waiting.isEmpty() && queue.served.isEmpty()) {
            queue.next = now;
        }
        place.queue = queue;
        place.arrivedAt = now;
        queue.waiting.add(place);
        queue.work += place.work.total();
        waiting++;
        seatsWanted += place.work.most();
        place.metrics.waits(1, place.work.most());
        place.metrics.queueLength(queue.waiting.size());
        bound(queue);
        demand.set(seatsTaken + seatsWanted, lastNanos);
    }

    /** Serves whom there are seats for. */
    private void serve(List<Place> told) {
        while (waiting > 0 && seatsTaken < limit) {
            Queue queue = next();
            Place place = queue == null ? null : queue.waiting.peek();
            if (queue == null || place == null) {
                return;
            }
            if (!fits(place.work.most())) {
                place.metrics.noRoom();
                return;
            }
            dequeue(place);
            place.work = place.work.narrowed(limit);
            last = queue.index;
            begin(place, queue);
            queue.next += place.work.total();
            bound(queue);
            told.add(place);
        }
    }

    /** The queue whose oldest request is finished first in virtual time; of several the next one round. */
    private @Nullable Queue next() {
        Queue best = null;
        double finish = 0;
        for (Queue queue : queues.values()) {
            Place oldest = queue.waiting.peek();
            if (oldest == null) {
                continue;
            }
            double finished = queue.next + oldest.work.total();
            if (best == null
                    || finished < finish
                    || finished == finish && Integer.compareUnsigned(round(queue), round(best)) < 0) {
                best = queue;
                finish = finished;
            }
        }
        return best;
    }

    /** How far a queue is from the one that was served last. */
    private int round(Queue queue) {
        return queue.index - last - 1;
    }

    private boolean fits(int seats) {
        return seats > limit ? served.isEmpty() && seatsTaken == 0 : seatsTaken + seats <= limit;
    }

    private void begin(Place place, @Nullable Queue queue) {
        stopWaiting(place);
        place.queue = queue;
        place.started = lastNanos;
        place.state = State.SERVED;
        served.add(place);
        seatsTaken += place.work.most();
        if (queue != null) {
            queue.served.add(place);
            queue.seats += place.work.most();
        }
        totals.dispatched++;
        place.metrics.begins(place.work.most(), (lastNanos - place.arrived) / NANOS, !spec.isExempt());
        demand.set(seatsTaken + seatsWanted, lastNanos);
    }

    /** No request begins in virtual time before it arrived, so that a queue that did not use its share has none in store. */
    private static void bound(Queue queue) {
        Place oldest = queue.waiting.peek();
        if (oldest != null && queue.next < oldest.arrivedAt) {
            queue.next = oldest.arrivedAt;
        }
    }

    private void dequeue(Place place) {
        Queue queue = place.queue;
        if (queue != null && queue.waiting.remove(place)) {
            queue.work -= place.work.total();
            waiting--;
            seatsWanted -= place.work.most();
            place.metrics.waits(-1, -place.work.most());
            bound(queue);
            demand.set(seatsTaken + seatsWanted, lastNanos);
        }
    }

    private void dropIfEmpty(Queue queue) {
        if (queue.isEmpty()) {
            queues.remove(queue.index, queue);
        }
    }

    private void refuse(Place place, String reason) {
        stopWaiting(place);
        totals.rejected++;
        place.metrics.refused(reason, (lastNanos - place.arrived) / NANOS, !spec.isExempt());
        place.refusal = metrics.refusal(place.request.kind());
        place.state = State.REFUSED;
    }

    private static void stopWaiting(Place place) {
        if (place.stopTimer != null) {
            place.stopTimer.run();
            place.stopTimer = null;
        }
        if (place.unpark != null) {
            place.unpark.run();
            place.unpark = null;
        }
    }

    private void late(Place place) {
        locked(told -> {
            if (place.state == State.WAITING) {
                giveUp(place);
                told.add(place);
                serve(told);
            }
        });
    }

    private void giveUp(Place place) {
        dequeue(place);
        if (place.queue != null) {
            dropIfEmpty(place.queue);
        }
        totals.cancelled++;
        refuse(place, "time-out");
    }

    /** The request is over, or its client does not wait any longer. */
    void leave(Place place) {
        locked(told -> {
            switch (place.state) {
                case WAITING -> {
                    giveUp(place);
                    place.state = State.GONE;
                }
                case SERVED -> finish(place);
                case LINGERING, REFUSED, GONE -> {
                    return;
                }
            }
            serve(told);
        });
    }

    private void finish(Place place) {
        double took = (lastNanos - place.started) / NANOS;
        served.remove(place);
        place.metrics.ends(took);
        Queue queue = place.queue;
        if (queue != null) {
            queue.served.remove(place);
            // It was charged for the usual time when it began.
            queue.next -= place.work.seats() * (Work.SERVICE_SECONDS - took);
            bound(queue);
        }
        if (place.work.lastSeats() > 0 && place.work.lastSeconds() > 0) {
            place.state = State.LINGERING;
            Duration linger = Duration.ofNanos((long) (place.work.lastSeconds() * NANOS));
            place.stopTimer = timers.apply(
                    linger,
                    () -> locked(told -> {
                        release(place);
                        serve(told);
                    }));
        } else {
            release(place);
        }
    }

    private void release(Place place) {
        place.state = State.GONE;
        seatsTaken -= place.work.most();
        place.metrics.leaves(place.work.most());
        Queue queue = place.queue;
        if (queue != null) {
            queue.seats -= place.work.most();
            dropIfEmpty(queue);
        }
        demand.set(seatsTaken + seatsWanted, lastNanos);
    }

    /** What was demanded since this was asked last. */
    synchronized SeatDemand.Seen demand() {
        advance();
        return demand.reset(lastNanos);
    }

    synchronized boolean isIdle() {
        return waiting == 0 && served.isEmpty() && seatsTaken == 0;
    }

    /**
     * What is here.
     *
     * @param queues those that have requests, by their numbers
     * @param unqueued requests that are served and did not wait in a queue
     */
    record Dump(
            List<DumpedQueue> queues,
            List<Place> unqueued,
            int waiting,
            int served,
            long dispatched,
            long rejected,
            long cancelled) {}

    /** @param work in seat-seconds, of those who wait */
    record DumpedQueue(
            int index, List<Place> waiting, List<Place> served, int seats, double next, double work, int wantedSeats) {}

    synchronized Dump dump() {
        List<DumpedQueue> dumped = new ArrayList<>();
        queues.values().stream()
                .sorted((a, b) -> Integer.compare(a.index, b.index))
                .forEach(queue -> dumped.add(new DumpedQueue(
                        queue.index,
                        List.copyOf(queue.waiting),
                        List.copyOf(queue.served),
                        queue.seats,
                        queue.next,
                        queue.work,
                        queue.waiting.stream()
                                .mapToInt(place -> place.work.most())
                                .sum())));
        List<Place> unqueued =
                served.stream().filter(place -> place.queue == null).toList();
        return new Dump(dumped, unqueued, waiting, served.size(), totals.dispatched, totals.rejected, totals.cancelled);
    }
}
