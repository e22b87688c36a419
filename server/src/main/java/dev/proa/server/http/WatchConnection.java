package dev.proa.server.http;

import dev.proa.server.apiserver.WatchStream;
import java.util.List;

/**
 * Where the events of a watch are sent: the {@linkplain WatchResponse body of a response}, or the messages of a {@linkplain WatchSocket
 * WebSocket}. Everything happens on the event loop of the connection.
 */
sealed interface WatchConnection permits WatchResponse, WatchSocket {

    /**
     * Sends the head.
     *
     * @param opened called once events may be sent
     * @param closed called once the client is gone, which may be before it is open
     */
    void open(List<String> warnings, Runnable opened, Runnable closed);

    /** Whether the client takes nothing at the moment. */
    boolean isFull();

    /** Has {@code action} run when the client takes what was sent. */
    void onDrain(Runnable action);

    /**
     * Sends as many events as go well together.
     *
     * @param from the first of {@code events} to send
     * @return the first that is still to be sent
     */
    int send(List<WatchStream.Event> events, int from);

    /** There are no more events. */
    void end();

    /** Breaks off, so that the client takes it for an error. */
    void reset();
}
