package dev.proa.image.build;

import dev.proa.image.ImageFailure;
import dev.proa.image.source.SourceFolder;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The port that an application listens on, according to its source.
 *
 * @param port the port; 8080 by default
 * @param file the file that names it, relative to the project; empty for the default
 */
public record SourcePort(int port, String file) {
    private static final int USUAL = 8080;

    /** Properties of Spring Boot and Helidon, Quarkus, Micronaut; one for production alone first. */
    private static final List<String> KEYS =
            List.of("%prod.quarkus.http.port", "quarkus.http.port", "server.port", "micronaut.server.port");

    private static final String RESOURCES = "src/main/resources/";
    private static final List<String> FILES = List.of(
            "config/application.properties",
            "application.properties",
            "config/application.yml",
            "config/application.yaml",
            "application.yml",
            "application.yaml",
            "META-INF/microprofile-config.properties");

    /** A number, or the default of a variable reference; only PORT will be set. */
    private static final Pattern VALUE = Pattern.compile("\"?'?(?:\\$\\{[^:}]*:)?([1-9][0-9]{0,4})}?'?\"?");

    private static final Pattern EXPOSE = Pattern.compile("(?im)^\\s*EXPOSE\\s+([1-9][0-9]{0,4})(?:/tcp)?(?:\\s|$)");
    private static final int HIGHEST = 65_535;

    /** The port of the project in a folder. */
    public static SourcePort of(Path project) {
        try (SourceFolder folder = SourceFolder.open(project)) {
            return folder.kind("pom.xml") == SourceFolder.Kind.FILE
                    ? of(folder, "", PomFile.parse(folder.read("pom.xml"), project.resolve("pom.xml")))
                    : resources(folder, "");
        }
    }

    /** The port that a Dockerfile exposes, else the usual one. */
    private static SourcePort dockerfile(SourceFolder folder, String prefix) {
        if (folder.kind(prefix + "Dockerfile") == SourceFolder.Kind.FILE) {
            Matcher expose = EXPOSE.matcher(new String(folder.read(prefix + "Dockerfile"), StandardCharsets.UTF_8));
            Integer port = expose.find() ? number(expose.group(1)) : null;
            if (port != null) {
                return new SourcePort(port, "Dockerfile");
            }
        }
        return new SourcePort(USUAL, "");
    }

    /**
     * The port of a Maven project.
     *
     * @param prefix where it lies in the folder, with a slash at its end; empty when it is all of it
     * @throws ImageFailure when its {@code proa.port} is invalid
     */
    static SourcePort of(SourceFolder folder, String prefix, PomFile pom) {
        String set = pom.properties().get("proa.port");
        if (set != null) {
            Integer port = number(set);
            if (port == null) {
                throw ImageFailure.invalid("proa.port in " + folder.path().resolve(prefix + "pom.xml")
                        + " must be a number from 1 to 65535, not \"" + set + "\"");
            }
            return new SourcePort(port, "pom.xml");
        }
        return resources(folder, prefix);
    }

    /** The port that a framework's configuration names, else that of a Dockerfile. */
    private static SourcePort resources(SourceFolder folder, String prefix) {
        for (String name : FILES) {
            String path = RESOURCES + name;
            if (folder.kind(prefix + path) == SourceFolder.Kind.FILE) {
                String text = new String(folder.read(prefix + path), StandardCharsets.UTF_8);
                Integer port = port(name.endsWith(".properties") ? properties(text) : yaml(text));
                if (port != null) {
                    return new SourcePort(port, path);
                }
            }
        }
        return dockerfile(folder, prefix);
    }

    private static @Nullable Integer port(Properties properties) {
        for (String key : KEYS) {
            Matcher value = VALUE.matcher(properties.getProperty(key, "").strip());
            Integer port = value.matches() ? number(value.group(1)) : null;
            if (port != null) {
                return port;
            }
        }
        return null;
    }

    private static @Nullable Integer number(String text) {
        if (!text.matches("[1-9][0-9]{0,4}")) {
            return null;
        }
        int port = Integer.parseInt(text);
        return port <= HIGHEST ? port : null;
    }

    private static Properties properties(String text) {
        Properties properties = new Properties();
        try {
            properties.load(new StringReader(text));
        } catch (IOException | IllegalArgumentException e) {
            properties.clear(); // the application itself will report the error
        }
        return properties;
    }

    /** Reads the plain scalars of the first document by their paths, which is enough YAML to find a port. */
    private static Properties yaml(String text) {
        Properties properties = new Properties();
        Deque<Key> path = new ArrayDeque<>();
        for (String line : text.lines().toList()) {
            if (line.startsWith("---") && !properties.isEmpty()) {
                break; // further documents are for profiles
            }
            String plain = line.replaceAll("(^|\\s)#.*", "").stripTrailing();
            int colon = plain.indexOf(':');
            if (colon < 0 || !plain.strip().matches("[\"'%\\w.-]+\\s*:(\\s.*)?")) {
                continue;
            }
            int indent = plain.length() - plain.stripLeading().length();
            while (!path.isEmpty() && path.getLast().indent >= indent) {
                path.removeLast();
            }
            path.addLast(new Key(indent, plain.substring(0, colon).strip().replaceAll("[\"']", "")));
            String value = plain.substring(colon + 1).strip();
            if (!value.isEmpty()) {
                properties.put(path.stream().map(Key::name).collect(Collectors.joining(".")), value);
            }
        }
        return properties;
    }

    private record Key(int indent, String name) {}
}
