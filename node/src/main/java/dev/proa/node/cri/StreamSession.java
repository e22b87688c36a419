package dev.proa.node.cri;

import java.io.InputStream;
import java.io.OutputStream;

/**
 * The streams of an exec or attach session. Streams that were not requested are at end of file, or discard what is
 * written.
 */
public interface StreamSession extends AutoCloseable {
    /** The process' standard input. Closing it is end of file there, but for a terminal, which has none. */
    OutputStream stdin();

    InputStream stdout();

    /** At end of file from the start when there is a terminal. */
    InputStream stderr();

    /** Tells the terminal its size in characters; nothing without a terminal. */
    void resize(int columns, int rows);

    /** Waits for the end of the process: 0-255, 128 + n when signal n killed it. */
    int waitFor() throws InterruptedException;

    /** Ends the session: a process that exec started is killed, an attached container keeps running. */
    @Override
    void close();
}
