package dev.proa.delivery.pipeline.run;

import dev.proa.client.ObjectKey;
import dev.proa.client.http.PodStreams;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;

/**
 * Runs commands through the API server.
 *
 * @param streams to it
 */
public record StreamedCommands(PodStreams streams) implements PodCommands {
    @Override
    public int exec(
            ObjectKey pod,
            String container,
            List<String> command,
            InputStream input,
            OutputStream output,
            OutputStream errors)
            throws IOException, InterruptedException {
        return streams.exec(pod.namespace(), pod.name(), container, command, input, output, errors);
    }
}
