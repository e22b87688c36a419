package dev.proa.e2e;

import java.util.stream.Stream;

/** Arguments of commands. */
final class Arguments {
    private Arguments() {}

    /** Of kubectl, for objects of a namespace. */
    static String[] in(String namespace, String... arguments) {
        return Stream.concat(Stream.of("-n", namespace), Stream.of(arguments)).toArray(String[]::new);
    }
}
