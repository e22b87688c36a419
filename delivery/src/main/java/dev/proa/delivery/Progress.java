package dev.proa.delivery;

/** Receives progress messages of a deployment. Called from one thread at a time. */
public interface Progress {
    /** A step begins. */
    void step(String message);

    /** A detail of the current step. */
    void detail(String message);
}
