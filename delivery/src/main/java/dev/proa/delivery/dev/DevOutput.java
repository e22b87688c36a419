package dev.proa.delivery.dev;

/** Receives what a session has to tell. Called from several threads. */
public interface DevOutput {
    /** A line of a container's log. */
    void log(String pod, String container, String line);

    /** What the session does, in one line. */
    void say(String message);

    /** What went wrong, in one or more lines. */
    void warn(String message);
}
