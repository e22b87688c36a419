package dev.proa.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The end of this process by SIGTERM or SIGINT, which waits until what runs in it has ended. */
final class Shutdown {
    private static final int SECONDS = 10;

    private Shutdown() {}

    /**
     * Has {@code end} called at the end of this process, which then waits 10 s at most.
     *
     * @param what is to end, for the message
     * @param safe says what is well even when it does not, for the message
     * @param ended counted down once it has ended
     * @param end tells another thread to end it
     */
    static void await(String what, String safe, CountDownLatch ended, Runnable end) {
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> {
            end.run();
            try {
                if (!ended.await(SECONDS, TimeUnit.SECONDS)) {
                    System.err.println(Main.PREFIX + what + " did not end within " + SECONDS + " s; " + safe);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }));
    }
}
