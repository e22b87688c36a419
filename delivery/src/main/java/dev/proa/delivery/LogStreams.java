package dev.proa.delivery;

import dev.proa.api.status.StatusException;
import java.io.InputStream;
import java.util.Map;

/** Reads logs of containers, as {@code pods/log} of the API. */
public interface LogStreams {
    /**
     * Opens a log.
     *
     * @param query the API's parameters: {@code follow}, {@code tailLines} and the like
     * @return its bytes in UTF-8; with {@code follow} they come as they are written, until the container ends. Closing ends it
     * @throws StatusException when it is unavailable, for example because the container has not started
     */
    InputStream open(String namespace, String pod, Map<String, String> query);
}
