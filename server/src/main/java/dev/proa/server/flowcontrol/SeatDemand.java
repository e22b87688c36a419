package dev.proa.server.flowcontrol;

/** How many seats a priority level could use over a time: the average, its deviation, and the most. Not safe for several threads. */
final class SeatDemand {
    private static final double SMOOTHING = 0.977;
    private static final double NANOS = 1e9;

    private long since;
    private long changed;
    private double seats;
    private double most;
    private double integral;
    private double squares;
    private double smoothed;

    /** @param now in nanoseconds, from any start */
    SeatDemand(long now) {
        since = now;
        changed = now;
    }

    /**
     * What was demanded since the last time.
     *
     * @param smoothed follows a rising demand at once, and a falling one slowly
     */
    record Seen(double average, double deviation, int most, double smoothed) {}

    void set(int demand, long now) {
        advance(now);
        seats = demand;
        most = Math.max(most, demand);
    }

    private void advance(long now) {
        double elapsed = (now - changed) / NANOS;
        integral += seats * elapsed;
        squares += seats * seats * elapsed;
        changed = now;
    }

    /** Tells what was seen, and begins anew. */
    Seen reset(long now) {
        advance(now);
        double elapsed = (now - since) / NANOS;
        double average = elapsed > 0 ? integral / elapsed : seats;
        double deviation = elapsed > 0 ? Math.sqrt(Math.max(0, squares / elapsed - average * average)) : 0;
        int peak = (int) Math.round(most);
        if (elapsed > 0) {
            double envelope = average + deviation;
            smoothed = Math.max(envelope, SMOOTHING * smoothed + (1 - SMOOTHING) * envelope);
        }
        since = now;
        integral = 0;
        squares = 0;
        most = seats;
        return new Seen(average, deviation, peak, smoothed);
    }
}
