package dev.proa.server.cel;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;

/** The functions that expressions may call, with the overloads of each: name to types of arguments and result. */
final class Declarations {
    /** All of Kubernetes' environment. */
    static final Map<String, List<Overload>> FUNCTIONS = read();

    /** The names that stand for types. */
    static final Map<String, CelType> TYPES = Map.ofEntries(
            Map.entry("bool", CelType.BOOL),
            Map.entry("bytes", CelType.BYTES),
            Map.entry("double", CelType.DOUBLE),
            Map.entry("google.protobuf.Duration", CelType.DURATION),
            Map.entry("google.protobuf.Timestamp", CelType.TIMESTAMP),
            Map.entry("int", CelType.INT),
            Map.entry("list", CelType.list(CelType.parameter("A"))),
            Map.entry("map", CelType.map(CelType.parameter("A"), CelType.parameter("B"))),
            Map.entry("null_type", CelType.NULL),
            Map.entry("string", CelType.STRING),
            Map.entry("uint", CelType.UINT),
            Map.entry("net.IP", CelType.IP),
            Map.entry("net.CIDR", CelType.CIDR));

    private Declarations() {}

    /**
     * One signature of a function.
     *
     * @param member whether the first of {@code args} is the receiver
     * @param parameters the names of its type parameters
     */
    record Overload(String id, boolean member, List<CelType> args, CelType result, List<String> parameters) {
        static Overload of(String id, boolean member, List<CelType> args, CelType result) {
            TreeSet<String> parameters = new TreeSet<>();
            args.forEach(arg -> collect(arg, parameters));
            collect(result, parameters);
            return new Overload(id, member, List.copyOf(args), result, List.copyOf(parameters));
        }

        private static void collect(CelType type, TreeSet<String> parameters) {
            if (type.kind() == CelType.Kind.PARAMETER) {
                parameters.add(type.name());
            }
            type.parameters().forEach(inner -> collect(inner, parameters));
        }
    }

    private static Map<String, List<Overload>> read() {
        Map<String, List<Overload>> functions = new HashMap<>();
        try (InputStream in = Objects.requireNonNull(Declarations.class.getResourceAsStream("functions.tsv"));
                BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (!line.startsWith("#")) {
                    String[] columns = line.split("\t", -1);
                    List<CelType> args = new ArrayList<>();
                    for (String arg : columns[3].isEmpty() ? new String[0] : columns[3].split("; ")) {
                        args.add(CelType.parse(arg));
                    }
                    functions
                            .computeIfAbsent(columns[0], name -> new ArrayList<>(2))
                            .add(Overload.of(columns[1], columns[2].equals("m"), args, CelType.parse(columns[4])));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Map.copyOf(functions);
    }
}
