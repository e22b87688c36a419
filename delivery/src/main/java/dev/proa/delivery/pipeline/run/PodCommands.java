package dev.proa.delivery.pipeline.run;

import dev.proa.client.ObjectKey;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;

/** Runs commands in containers of pods. Blocks; safe for any thread. */
@FunctionalInterface
public interface PodCommands {
    /**
     * Runs a command to its end.
     *
     * @param input its standard input; not closed
     * @return its exit code; -1 when it could not be run, and then {@code errors} has why
     * @throws dev.proa.client.Transport.TransportException when the connection breaks before the command has ended
     * @throws dev.proa.api.status.StatusException when the pod or container is not there
     */
    int exec(
            ObjectKey pod,
            String container,
            List<String> command,
            InputStream input,
            OutputStream output,
            OutputStream errors)
            throws IOException, InterruptedException;
}
