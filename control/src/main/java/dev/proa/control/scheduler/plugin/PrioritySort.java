package dev.proa.control.scheduler.plugin;

import dev.proa.control.scheduler.framework.Plugin;
import dev.proa.control.scheduler.framework.QueuedPodInfo;

/** Orders the queue by priority, the highest first, and pods of the same priority by when they were queued. */
public final class PrioritySort implements Plugin.QueueSort {
    @Override
    public String name() {
        return "PrioritySort";
    }

    @Override
    public int compare(QueuedPodInfo a, QueuedPodInfo b) {
        int order = Integer.compare(b.info().priority(), a.info().priority());
        return order == 0 ? a.queued().compareTo(b.queued()) : order;
    }
}
