package dev.proa.delivery.entry;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What of a request decides where it goes.
 *
 * @param method in upper case
 * @param host without port, in lower case; empty when unknown
 * @param path without query
 * @param headers the first value of a header by its name in any case; null when there is none
 */
record RequestHead(String method, String host, String path, Function<String, @Nullable String> headers) {
    /** The value of a cookie; empty when there is none. */
    String cookie(String name) {
        String all = headers.apply("cookie");
        if (all == null) {
            return "";
        }
        for (String each : all.split(";")) {
            int equals = each.indexOf('=');
            if (equals > 0 && each.substring(0, equals).strip().equals(name)) {
                return each.substring(equals + 1).strip();
            }
        }
        return "";
    }
}
