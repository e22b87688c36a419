package dev.proa.control.rollout;

/** A workload that is changed at random, and what its controller promises about it. */
interface Rollout {
    /** The workload's name, which is also the value of its pods' label {@code app}. */
    String name();

    /** Makes the workload. */
    void start() throws InterruptedException;

    /** Changes something, as a user would. */
    void change() throws InterruptedException;

    /** Remembers how everything is before the controllers work. */
    void before();

    /** Checks what they have done. */
    void after();

    /** Makes the rollout one that can finish. */
    void heal() throws InterruptedException;

    /** Checks that it has finished. */
    void assertDone();
}
