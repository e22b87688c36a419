package dev.proa.generator;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The recorded facts: {@code types.txt} and {@code resources.txt}, written by {@code facts/record.py}, and
 * {@code go.txt}, written by {@code facts/go}.
 *
 * @param types by full name, in order
 * @param resources by {@code group/version/Kind} of those that are no subresources
 * @param presence of the fields of each type: {@code p}, {@code q}, {@code o} or {@code z}, some with {@code #number} after it
 */
record Facts(Map<String, TypeFacts> types, Map<String, Resource> resources, Map<String, Map<String, String>> presence) {
    /** What is known of a type: {@code key=value} words, and those of its fields. */
    record TypeFacts(Map<String, String> words, Map<String, Map<String, String>> fields) {
        /** Kinds as {@code group/version/Kind}, where the core group has no group. */
        List<String> kinds() {
            String kinds = words.get("kinds");
            return kinds == null ? List.of() : List.of(kinds.split(","));
        }
    }

    /** A resource of the API. */
    record Resource(String group, String version, String plural, String kind, boolean namespaced) {}

    static Facts read(Path directory) throws IOException {
        return new Facts(
                readTypes(directory.resolve("types.txt")),
                readResources(directory.resolve("resources.txt")),
                readPresence(directory.resolve("go.txt")));
    }

    private static Map<String, Map<String, String>> readPresence(Path file) throws IOException {
        Map<String, Map<String, String>> types = new LinkedHashMap<>();
        for (String line : Files.readAllLines(file)) {
            String[] words = line.split("\t");
            Map<String, String> fields = new LinkedHashMap<>();
            for (int i = 1; i < words.length; i++) {
                int colon = words[i].lastIndexOf(':');
                fields.put(words[i].substring(0, colon), words[i].substring(colon + 1));
            }
            types.put(words[0], fields);
        }
        return types;
    }

    private static Map<String, TypeFacts> readTypes(Path file) throws IOException {
        Map<String, TypeFacts> types = new LinkedHashMap<>();
        @Nullable TypeFacts type = null;
        for (String line : Files.readAllLines(file)) {
            String[] words = line.split("\t");
            if (!line.startsWith(" ")) {
                type = new TypeFacts(words(words), new LinkedHashMap<>());
                types.put(words[0], type);
            } else if (type != null) {
                type.fields().put(words[0].substring(1), words(words));
            }
        }
        return types;
    }

    private static Map<String, String> words(String[] words) {
        Map<String, String> result = new LinkedHashMap<>();
        for (String word : new ArrayList<>(List.of(words)).subList(1, words.length)) {
            int equals = word.indexOf('=');
            result.put(word.substring(0, equals), word.substring(equals + 1));
        }
        return result;
    }

    private static Map<String, Resource> readResources(Path file) throws IOException {
        Map<String, Resource> resources = new LinkedHashMap<>();
        String group = "";
        String version = "";
        for (String line : Files.readAllLines(file)) {
            String[] words = line.split("\t");
            if (!line.startsWith(" ")) {
                group = words[0].equals("core") ? "" : words[0];
                version = words[1];
            } else if (!words[0].contains("/")) {
                String prefix = group.isEmpty() ? version : group + "/" + version;
                resources.put(
                        prefix + "/" + words[1],
                        new Resource(group, version, words[0].substring(1), words[1], words[2].equals("namespaced")));
            }
        }
        return resources;
    }
}
