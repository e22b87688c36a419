package dev.proa.delivery;

/** Is told what a delivery does, for its user. Called from one thread at a time. */
public interface Progress {
    /** Something that takes its time begins. */
    void step(String message);

    /** Something about the present step. */
    void detail(String message);
}
