package dev.proa.server.http;

import java.util.concurrent.atomic.AtomicLong;

/** How many bytes may be held at a time for a purpose. Any thread may take and give back. */
final class Allowance {
    /** Of the heap. */
    private static final int SHARE = 8;

    private final long most;
    private final AtomicLong taken = new AtomicLong();

    Allowance(long most) {
        this.most = most;
    }

    /** A fixed share of what the heap may grow to. */
    static Allowance ofHeap() {
        return new Allowance(Runtime.getRuntime().maxMemory() / SHARE);
    }

    /** Takes so many bytes, or none and returns false when there are not so many left. */
    boolean take(int bytes) {
        if (taken.addAndGet(bytes) <= most) {
            return true;
        }
        taken.addAndGet(-bytes);
        return false;
    }

    /** Gives back what was taken. */
    void give(int bytes) {
        taken.addAndGet(-bytes);
    }
}
