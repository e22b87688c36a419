package dev.proa.node.cri;

import java.io.InputStream;
import java.io.OutputStream;

/** A process' streams, as exec and attach give them. Streams not asked for are at their end, or swallow what is written. */
public interface StreamSession extends AutoCloseable {
    /** The process' standard input. Closing it is end of file there. */
    OutputStream stdin();

    InputStream stdout();

    /** At its end at once when there is a terminal. */
    InputStream stderr();

    /** Tells the terminal its size in characters; nothing without a terminal. */
    void resize(int columns, int rows);

    /** Waits for the end of the process: 0-255, 128 + n when signal n killed it. */
    int waitFor() throws InterruptedException;

    /** Leaves: a process that exec started is killed, one that attach met goes on. */
    @Override
    void close();
}
