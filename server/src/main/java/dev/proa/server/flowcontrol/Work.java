package dev.proa.server.flowcontrol;

/**
 * How much a request is estimated to do.
 *
 * @param seats while it is served
 * @param lastSeats for a while after it: watchers are told of what it wrote
 * @param lastSeconds for how long
 */
record Work(int seats, int lastSeats, double lastSeconds) {
    /** What one seat serves in the usual case. */
    static final double SERVICE_SECONDS = 0.003;

    static final Work ONE_SEAT = new Work(1, 0, 0);

    int most() {
        return Math.max(seats, lastSeats);
    }

    /** In seat-seconds. */
    double total() {
        return seats * SERVICE_SECONDS + lastSeats * lastSeconds;
    }

    /** The same work on no more than so many seats after it was served. */
    Work narrowed(int limit) {
        return lastSeats <= limit || limit <= 0 ? this : new Work(seats, limit, lastSeats * lastSeconds / limit);
    }
}
