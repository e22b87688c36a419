package dev.proa.node.server;

import dev.proa.node.cri.StreamSession;
import java.io.IOException;
import java.io.OutputStream;

/** The client's side of exec and attach. */
interface CommandClient extends AutoCloseable {
    /** The client's end of standard output. Writes block until they have been sent. */
    OutputStream stdout();

    OutputStream stderr();

    /** Forwards the client's input and terminal size until the client is gone. Blocks. */
    void serveInput(StreamSession session) throws IOException;

    /** Sends the command's status to the client, as the last message. */
    void finish(CommandStatus status) throws IOException;

    @Override
    void close();
}
