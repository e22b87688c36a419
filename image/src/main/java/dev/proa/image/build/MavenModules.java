package dev.proa.image.build;

import dev.proa.image.ImageFailure;
import dev.proa.image.source.SourceFolder;
import dev.proa.image.source.SourceFolder.Entry;
import dev.proa.image.source.SourceFolder.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** The modules of a Maven project. */
final class MavenModules {
    /** Plugins that make something that runs. */
    private static final Set<String> APPLICATION_PLUGINS = Set.of(
            PomFile.SPRING_BOOT,
            PomFile.QUARKUS,
            "micronaut-maven-plugin",
            "helidon-maven-plugin",
            "exec-maven-plugin");

    private static final Pattern MAIN = Pattern.compile(
            "(?m)^\\s*(public\\s+)?static\\s+void\\s+main\\s*\\(|^\\s*fun\\s+main\\s*\\(|^\\s*void\\s+main\\s*\\(");
    private static final int MAX_MODULES = 500;
    private static final int MAX_SOURCES = 5_000;
    private static final int MAX_BYTES = 1 << 20;

    private MavenModules() {}

    /** All that are no parents themselves, by their path in the folder. */
    static Map<String, PomFile> of(SourceFolder folder, PomFile root) {
        Map<String, PomFile> found = new LinkedHashMap<>();
        collect(folder, "", root, found);
        return found;
    }

    private static void collect(SourceFolder folder, String at, PomFile pom, Map<String, PomFile> found) {
        for (String name : pom.modules()) {
            Path path = Path.of(at, name).normalize();
            String file = path + "/pom.xml";
            if (path.startsWith("..")
                    || path.isAbsolute()
                    || found.size() >= MAX_MODULES
                    || found.containsKey(path.toString())
                    || folder.kind(file) != Kind.FILE) {
                continue;
            }
            PomFile module = PomFile.parse(folder.read(file), folder.path().resolve(file));
            if (module.packaging().equals("pom")) {
                collect(folder, path.toString(), module, found);
            } else {
                found.put(path.toString(), module);
            }
        }
    }

    /** The modules that are wars or have a plugin that makes applications; if there are none, those with a main method. */
    static List<String> applications(SourceFolder folder, Map<String, PomFile> modules) {
        List<String> byPlugin = modules.entrySet().stream()
                .filter(module -> module.getValue().plugins().stream().anyMatch(APPLICATION_PLUGINS::contains)
                        || module.getValue().packaging().equals("war")
                        || module.getValue().properties().containsKey("proa.main.class"))
                .map(Map.Entry::getKey)
                .toList();
        return !byPlugin.isEmpty()
                ? byPlugin
                : modules.keySet().stream()
                        .filter(module -> hasMain(folder, module))
                        .toList();
    }

    private static boolean hasMain(SourceFolder folder, String module) {
        return folder.walk(module + "/src/main", path -> true).stream()
                .filter(entry -> entry.kind() == Kind.FILE && entry.path().matches(".*\\.(java|kt)"))
                .limit(MAX_SOURCES)
                .anyMatch(entry -> MAIN.matcher(head(folder, entry)).find());
    }

    private static String head(SourceFolder folder, Entry entry) {
        try (var in = folder.open(entry.path())) {
            return new String(in.readNBytes(MAX_BYTES), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw ImageFailure.storage("cannot read " + folder.path().resolve(entry.path()), e);
        }
    }
}
