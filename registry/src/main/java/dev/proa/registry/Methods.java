package dev.proa.registry;

import java.util.List;

/** The methods of HTTP that a path has. */
final class Methods {
    private Methods() {}

    /** Answers a method that a path does not have. */
    static RegistryException refused(RegistryCall call, String... allowed) {
        return new RegistryException(
                        405,
                        ErrorCode.UNSUPPORTED,
                        "there is no " + call.method() + " of this, only " + List.of(allowed))
                .header("Allow", String.join(", ", allowed));
    }

    /** Requires a method that reads. */
    static void requireRead(RegistryCall call) {
        if (!call.method().equals("GET") && !call.method().equals("HEAD")) {
            throw refused(call, "GET", "HEAD");
        }
    }
}
