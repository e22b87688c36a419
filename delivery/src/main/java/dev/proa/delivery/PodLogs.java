package dev.proa.delivery;

/** Where a delivery reads what containers say, to show it when they do not become ready. */
public interface PodLogs {
    /** The last lines of a container's log, or nothing when they cannot be had. */
    String tail(String namespace, String pod, String container, int lines);
}
