package dev.proa.delivery;

import dev.proa.api.status.StatusException;
import java.io.InputStream;
import java.util.Map;

/** Where the logs of containers are read, as {@code pods/log} of the API. */
public interface LogStreams {
    /**
     * Opens one.
     *
     * @param query as the API has it: {@code follow}, {@code tailLines} and the like
     * @return its bytes in UTF-8; with {@code follow} they come as they are written, until the container ends. Closing ends it
     * @throws StatusException when it cannot be had, as that of a container that has not begun
     */
    InputStream open(String namespace, String pod, Map<String, String> query);
}
