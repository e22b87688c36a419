package dev.proa.image.build;

import dev.proa.image.ImageFailure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What an executable jar of Spring Boot says about its contents: {@code BOOT-INF/layers.idx} names the layers of an
 * image, from below, with the files of each.
 *
 * @param layers from below, at least one
 */
record BootIndex(List<Layer> layers) {
    /** Where the jar has the application's own files. */
    private static final String CLASSES = "BOOT-INF/classes/";

    private static final String LIBRARIES = "BOOT-INF/lib/";
    private static final String LAYERS = "BOOT-INF/layers.idx";
    private static final String CLASS_PATH = "BOOT-INF/classpath.idx";
    private static final Pattern NAME = Pattern.compile("- \"([^\"]+)\":");
    private static final Pattern CONTENT = Pattern.compile("\\s+- \"([^\"]+)\"");
    /** Lists of files, with a line for each. */
    private static final int MOST_BYTES = 8 << 20;

    private static final int MOST_LAYERS = 100;

    BootIndex {
        layers = List.copyOf(layers);
        if (layers.isEmpty() || layers.size() > MOST_LAYERS) {
            throw ImageFailure.invalid(
                    LAYERS + " has " + layers.size() + " layers; it must have from 1 to " + MOST_LAYERS);
        }
    }

    /**
     * A layer.
     *
     * @param files of the jar; a name that ends with a slash means all below
     */
    record Layer(String name, List<String> files) {
        Layer {
            files = List.copyOf(files);
        }

        private boolean has(String file) {
            return files.stream().anyMatch(mine -> mine.equals(file) || mine.endsWith("/") && file.startsWith(mine));
        }
    }

    /** Reads the layers of a jar; null when it has no such file. */
    static @Nullable BootIndex of(JarFile jar) throws IOException {
        String text = text(jar, LAYERS);
        return text == null ? null : parse(text);
    }

    /** Parses {@code layers.idx}. */
    static BootIndex parse(String text) {
        List<Layer> layers = new ArrayList<>();
        String name = null;
        List<String> files = new ArrayList<>();
        for (String line : text.lines().filter(any -> !any.isBlank()).toList()) {
            Matcher start = NAME.matcher(line);
            Matcher content = CONTENT.matcher(line);
            if (start.matches()) {
                if (name != null) {
                    layers.add(new Layer(name, files));
                }
                name = start.group(1);
                files.clear();
            } else if (name != null && content.matches()) {
                files.add(content.group(1));
            } else {
                throw ImageFailure.invalid(LAYERS + " has the line \"" + line
                        + "\", which is neither a layer nor a file of one; Spring Boot's plugin writes it");
            }
        }
        if (name != null) {
            layers.add(new Layer(name, files));
        }
        return new BootIndex(layers);
    }

    /** The index as it is written in a jar. */
    String text() {
        return layers.stream()
                .map(layer -> "- \"" + layer.name() + "\":\n"
                        + layer.files().stream()
                                .map(file -> "  - \"" + file + "\"\n")
                                .collect(Collectors.joining()))
                .collect(Collectors.joining());
    }

    /** The layer of a file of the application, by its path among the classes. */
    Layer ofOwn(String path) {
        return of(CLASSES + path, layers.getLast());
    }

    /**
     * The layer of a library.
     *
     * @param file its name, which begins with the group and a full stop
     */
    Layer ofLibrary(String file) {
        for (String name : names(file)) {
            for (Layer layer : layers) {
                if (layer.files().contains(LIBRARIES + name)) {
                    return layer;
                }
            }
        }
        return of(LIBRARIES + file, layers.getFirst());
    }

    private Layer of(String file, Layer otherwise) {
        return layers.stream().filter(layer -> layer.has(file)).findFirst().orElse(otherwise);
    }

    /**
     * Leaves out libraries that the jar does not have, such as developer tools.
     *
     * @param libraries whose names begin with the group and a full stop
     */
    static List<Path> packaged(JarFile jar, List<Path> libraries) throws IOException {
        String text = text(jar, CLASS_PATH);
        return text == null ? libraries : packaged(text, libraries);
    }

    /** As above, by the text of {@code classpath.idx}. */
    static List<Path> packaged(String text, List<Path> libraries) {
        Set<String> wanted = new HashSet<>();
        for (String line : text.lines().toList()) {
            Matcher content = CONTENT.matcher(" " + line);
            if (content.matches()) {
                wanted.add(content.group(1).substring(content.group(1).lastIndexOf('/') + 1));
            }
        }
        List<Path> packaged = libraries.stream()
                .filter(library ->
                        names(String.valueOf(library.getFileName())).stream().anyMatch(wanted::contains))
                .toList();
        // A jar that was put together in another way keeps everything.
        return packaged.size() == wanted.size() ? packaged : libraries;
    }

    /** What the file {@code org.example.name-1.jar} may be called in a jar: without its group, or with a hyphen after it. */
    private static List<String> names(String file) {
        List<String> names = new ArrayList<>();
        for (int dot = file.indexOf('.'); dot >= 0; dot = file.indexOf('.', dot + 1)) {
            names.add(file.substring(dot + 1));
            names.add(file.substring(0, dot) + "-" + file.substring(dot + 1));
        }
        return names;
    }

    private static @Nullable String text(JarFile jar, String name) throws IOException {
        JarEntry entry = jar.getJarEntry(name);
        if (entry == null) {
            return null;
        }
        try (InputStream in = jar.getInputStream(entry)) {
            byte[] bytes = in.readNBytes(MOST_BYTES + 1);
            if (bytes.length > MOST_BYTES) {
                throw ImageFailure.invalid(name + " of "
                        + Path.of(jar.getName()).getFileName() + " has more than " + (MOST_BYTES >> 20) + " MiB");
            }
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }
}
