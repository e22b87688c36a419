package dev.proa.server.auth;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The headers of a request. Names are compared without regard to case. */
public interface RequestHeaders {
    /** There are none. */
    RequestHeaders NONE = new RequestHeaders() {
        @Override
        public @Nullable String first(String name) {
            return null;
        }

        @Override
        public List<String> all(String name) {
            return List.of();
        }

        @Override
        public Set<String> names() {
            return Set.of();
        }
    };

    /** The first value of a header; null when there is none. */
    @Nullable
    String first(String name);

    /** All values of a header, in order. */
    List<String> all(String name);

    /** The names of all headers. */
    Set<String> names();
}
