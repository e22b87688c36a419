package dev.proa.examples.hello.service;

/** Whether this process wants to be sent requests. */
public final class Readiness {
    private volatile boolean ready;

    public boolean isReady() {
        return ready;
    }

    public void set(boolean value) {
        ready = value;
    }
}
