package dev.proa.cluster;

import dev.proa.embedded.ApiServerOptions;
import java.util.Collection;

/** Reads the flags of a component that this process runs, as in {@code FLAG=VALUE}. */
final class ComponentFlags {
    private ComponentFlags() {}

    /** The flag that an argument names, without dashes. */
    static String name(String argument) {
        return ApiServerOptions.name(argument);
    }

    /** @throws IllegalArgumentException when the argument names a flag and the component does not know it; the message has those that it knows */
    static void checkName(String argument, String component, Collection<String> known) {
        if (!argument.isEmpty() && !known.contains(name(argument))) {
            throw new IllegalArgumentException("there is no flag \"" + name(argument) + "\" of " + component
                    + " here; there " + (known.size() == 1 ? "is " : "are ") + String.join(", ", known));
        }
    }

    /**
     * The value that an argument gives its flag.
     *
     * @param form of a value, for the message
     * @throws IllegalArgumentException when there is none
     */
    static String value(String argument, String form) {
        int equals = argument.indexOf('=');
        if (equals < 0) {
            throw new IllegalArgumentException("flag needs a value: " + name(argument) + "=" + form);
        }
        return argument.substring(equals + 1);
    }
}
