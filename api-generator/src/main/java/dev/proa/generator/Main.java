package dev.proa.generator;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Writes the views and the schema of module {@code api}; see the package. */
public final class Main {
    private Main() {}

    /** Arguments: the directory of the facts, that of Java sources and that of resources to write. */
    public static void main(String[] arguments) throws IOException, ReflectiveOperationException {
        Path factsDirectory = Path.of(arguments[0]);
        Path sources = Path.of(arguments[1]);
        Path resources = Path.of(arguments[2]);
        Path stamp = resources.resolveSibling("generated.stamp");
        String state = state(factsDirectory);
        if (Files.exists(stamp) && Files.readString(stamp).equals(state)) {
            return;
        }
        Facts facts = Facts.read(factsDirectory);
        List<TypeModel> types = new ModelReader(facts, new ProtoTypes()).read();
        writeViews(types, facts, sources);
        Path schema = Files.createDirectories(resources.resolve("dev/proa/api"));
        write(schema.resolve("resources.txt"), Files.readString(factsDirectory.resolve("resources.txt")));
        write(schema.resolve("schema.txt"), SchemaWriter.schema(types, facts));
        write(schema.resolve("descriptions.txt"), SchemaWriter.descriptions(types));
        Files.writeString(stamp, state);
    }

    private static void writeViews(List<TypeModel> types, Facts facts, Path sources) throws IOException {
        ViewWriter writer = new ViewWriter(types, facts);
        Set<String> packages = new HashSet<>();
        for (TypeModel type : types) {
            if (!ViewWriter.hasView(type)) {
                continue;
            }
            Path directory = sources.resolve(type.javaPackage().replace('.', '/'));
            if (packages.add(type.javaPackage())) {
                Files.createDirectories(directory);
                write(directory.resolve("package-info.java"), ViewWriter.writePackage(type.javaPackage()));
            }
            write(directory.resolve(type.simpleName() + ".java"), writer.write(type));
        }
    }

    /** Leaves a file alone that is as it should be, so that the compiler has nothing to do. */
    static void write(Path file, String content) throws IOException {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        if (!Files.exists(file) || !Arrays.equals(Files.readAllBytes(file), bytes)) {
            Files.write(file, bytes);
        }
    }

    /** Changes when the facts or the generator do. */
    private static String state(Path facts) throws IOException {
        StringBuilder state = new StringBuilder();
        for (String name : List.of("types.txt", "resources.txt", "go.txt")) {
            state.append(name)
                    .append(' ')
                    .append(Arrays.hashCode(Files.readAllBytes(facts.resolve(name))))
                    .append('\n');
        }
        Path self;
        try {
            self = Path.of(Main.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (java.net.URISyntaxException e) {
            throw new IOException(e);
        }
        try (Stream<Path> files = Files.walk(self)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                state.append(file.getFileName())
                        .append(' ')
                        .append(Arrays.hashCode(Files.readAllBytes(file)))
                        .append('\n');
            }
        }
        return state.toString();
    }
}
