package dev.proa.control.shared;

import dev.proa.client.reconcile.Controller;
import java.util.List;

/** A controller as its manager sees it. It subscribes to informers when it is made, and works from {@link #start} on. */
public interface ControlLoop extends AutoCloseable {
    /** As in {@code deployment-controller}. */
    String name();

    /** Starts to work once its informers have synced. Returns at once. */
    void start();

    /** The queues and workers it consists of, for metrics. */
    List<Controller<?>> controllers();

    /** Stops working. Idempotent. */
    @Override
    void close();
}
