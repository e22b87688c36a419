package dev.proa.node.linux.seccomp;

import dev.proa.node.linux.Architecture;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Stream;

/** The numbers of all system calls, by their names. */
final class CallNumbers {
    private static final int NONE = -1;
    private static final Map<String, int[]> NUMBERS = read();

    private CallNumbers() {}

    /** The number of a call on a processor, empty where it has no such call. */
    static OptionalInt of(String name, Architecture architecture) {
        int[] numbers = NUMBERS.get(name);
        int number = numbers == null ? NONE : numbers[architecture.ordinal()];
        return number == NONE ? OptionalInt.empty() : OptionalInt.of(number);
    }

    /** Whether any processor has a call of that name. */
    static boolean isKnown(String name) {
        return NUMBERS.containsKey(name);
    }

    private static Map<String, int[]> read() {
        Map<String, int[]> numbers = new HashMap<>();
        for (String line : lines("syscalls.txt")) {
            String[] words = line.split(" ");
            numbers.put(words[0], new int[] {number(words[1]), number(words[2])});
        }
        return Map.copyOf(numbers);
    }

    private static int number(String text) {
        return text.equals("-") ? NONE : Integer.parseInt(text);
    }

    /** The lines of a resource without comments. */
    static List<String> lines(String resource) {
        try (InputStream in = CallNumbers.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("the program lacks its file " + resource);
            }
            try (Stream<String> lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8)).lines()) {
                return lines.filter(line -> !line.startsWith("#")).toList();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
