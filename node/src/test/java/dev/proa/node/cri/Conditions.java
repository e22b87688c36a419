package dev.proa.node.cri;

import dev.proa.testing.Await;
import java.util.function.BooleanSupplier;

/** Waits for what happens on other threads or in other processes. */
public final class Conditions {
    private Conditions() {}

    /** Returns once {@code condition} holds, or fails saying {@code what} did not come. */
    public static void await(String what, BooleanSupplier condition) {
        try {
            Await.until(what, condition);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for " + what, e);
        }
    }
}
