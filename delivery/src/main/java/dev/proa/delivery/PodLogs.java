package dev.proa.delivery;

/** Reads the logs of containers, to show them when pods do not become ready. */
public interface PodLogs {
    /** The last lines of a container's log; empty when they are unavailable. */
    String tail(String namespace, String pod, String container, int lines);
}
