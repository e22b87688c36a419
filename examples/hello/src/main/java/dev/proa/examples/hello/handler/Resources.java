package dev.proa.examples.hello.handler;

import java.io.IOException;
import java.io.InputStream;

/** Files that come with the application. */
final class Resources {
    private Resources() {}

    /** The content of a file, or null when there is none by that name. */
    static byte[] find(String path) throws IOException {
        try (InputStream in = Resources.class.getResourceAsStream(path)) {
            return in == null ? null : in.readAllBytes();
        }
    }
}
