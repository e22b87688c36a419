package dev.proa.node.server;

import dev.proa.node.cri.StreamSession;
import java.io.IOException;
import java.io.OutputStream;

/** The client's side of exec and attach. */
interface CommandClient extends AutoCloseable {
    /** Where the command's standard output goes. Writes block until they are on their way. */
    OutputStream stdout();

    OutputStream stderr();

    /** Passes on what the client types, and the size of its terminal, until the client is gone. Blocks. */
    void serveInput(StreamSession session) throws IOException;

    /** Tells the client how the command ended; nothing follows. */
    void finish(CommandStatus status) throws IOException;

    @Override
    void close();
}
