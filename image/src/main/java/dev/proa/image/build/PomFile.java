package dev.proa.image.build;

import dev.proa.image.ImageFailure;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/**
 * The contents of a {@code pom.xml}, without what it inherits.
 *
 * @param parent relative path of the parent's file if it has a parent, which need not be there; else null
 * @param properties as written, with nothing replaced
 * @param dependencyScopes the scope of each dependency
 * @param plugins the artifactIds of the plugins of its build
 */
record PomFile(
        String artifactId,
        String packaging,
        @Nullable String parent,
        List<String> modules,
        Map<String, String> properties,
        List<String> dependencyScopes,
        List<String> plugins) {
    /** The plugin that makes executable archives. */
    static final String SPRING_BOOT = "spring-boot-maven-plugin";

    /** The plugin that packages applications of Quarkus. */
    static final String QUARKUS = "quarkus-maven-plugin";

    private static final int MAX_DEPTH = 100;

    /**
     * Parses a file.
     *
     * @param file for messages
     */
    static PomFile parse(byte[] content, Path file) {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_COALESCING, true);
        try {
            return new Reading().read(factory.createXMLStreamReader(new ByteArrayInputStream(content)));
        } catch (XMLStreamException e) {
            throw new ImageFailure(
                    ImageFailure.Reason.BUILD_FAILED, file + " is not well-formed: " + e.getMessage(), e);
        }
    }

    /** Whether the project may have runtime dependencies. A parent may add to those seen here. */
    boolean mayHaveRuntimeDependencies() {
        return parent != null
                || dependencyScopes.stream().anyMatch(scope -> !scope.equals("test") && !scope.equals("provided"));
    }

    private static final class Reading {
        private final Deque<String> path = new ArrayDeque<>();
        private final StringBuilder text = new StringBuilder();
        private String artifactId = "";
        private String packaging = "jar";
        private @Nullable String parent;
        private final List<String> modules = new ArrayList<>();
        private final Map<String, String> properties = new HashMap<>();
        private final List<String> scopes = new ArrayList<>();
        private final List<String> plugins = new ArrayList<>();
        private String scope = "compile";

        PomFile read(XMLStreamReader reader) throws XMLStreamException {
            while (reader.hasNext()) {
                switch (reader.next()) {
                    case XMLStreamConstants.START_ELEMENT -> start(reader.getLocalName());
                    case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> text.append(reader.getText());
                    case XMLStreamConstants.END_ELEMENT -> end();
                    default -> {
                        // Comments and the like say nothing about the project.
                    }
                }
            }
            return new PomFile(artifactId, packaging, parent, modules, properties, scopes, plugins);
        }

        private void start(String name) throws XMLStreamException {
            path.addLast(name);
            if (path.size() > MAX_DEPTH) {
                throw new XMLStreamException("elements in one another, more than " + MAX_DEPTH);
            }
            text.setLength(0);
            switch (String.join("/", path)) {
                case "project/parent" -> parent = "../pom.xml";
                case "project/dependencies/dependency" -> scope = "compile";
                default -> {
                    // Its text matters, if anything.
                }
            }
        }

        private void end() {
            String value = text.toString().strip();
            String place = String.join("/", path);
            switch (place) {
                case "project/artifactId" -> artifactId = value;
                case "project/packaging" -> packaging = value;
                case "project/parent/relativePath" -> parent = value;
                case "project/modules/module", "project/subprojects/subproject" -> modules.add(value);
                case "project/dependencies/dependency/scope" -> scope = value;
                case "project/dependencies/dependency" -> scopes.add(scope);
                case "project/build/plugins/plugin/artifactId" -> plugins.add(value);
                default -> {
                    if (place.startsWith("project/properties/")) {
                        properties.put(place.substring("project/properties/".length()), value);
                    }
                }
            }
            path.removeLast();
            text.setLength(0);
        }
    }
}
