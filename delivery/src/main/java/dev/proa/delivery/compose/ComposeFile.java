package dev.proa.delivery.compose;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.delivery.config.DeliveryFailure;
import dev.proa.delivery.config.DotEnv;
import dev.proa.delivery.config.Located;
import dev.proa.delivery.config.Variables;
import dev.proa.image.source.SourceFolder;
import dev.proa.image.source.SourceFolder.Kind;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A Compose file as it counts: with its override file and included files, variables replaced, services extended, and services of
 * other profiles left out. Nothing outside of the project's folder is read. For one thread.
 */
final class ComposeFile {
    private static final int DEEPEST = 16;
    /** Fields in which the later value replaces the former one, rather than being merged with it. */
    private static final Set<String> REPLACED = Set.of("command", "entrypoint", "test");

    private final Path project;
    private final SourceFolder folder;
    private final Map<String, String> environment;
    private final Map<String, Located> files = new HashMap<>();

    private ComposeFile(Path project, SourceFolder folder, Map<String, String> environment) {
        this.project = project;
        this.folder = folder;
        this.environment = new HashMap<>(environment);
    }

    /**
     * What was read.
     *
     * @param root the document
     * @param services those of the active profiles, by name, in the order of the file's names
     * @param directory of the file in the project, with a slash at its end; empty for the project's own
     */
    record Loaded(Located root, Map<String, Located> services, String directory, Map<String, String> environment) {}

    /**
     * Reads a file of the project.
     *
     * @param environment variables of the user, which count more than those of {@code .env}
     * @throws DeliveryFailure when it is wrong; the message names the line
     */
    static Loaded load(
            Path project, SourceFolder folder, String path, List<String> profiles, Map<String, String> environment) {
        ComposeFile file = new ComposeFile(project, folder, environment);
        String directory = directory(path);
        file.readDotEnv(directory);
        Located root = file.read(path);
        MapValue all = file.withIncludes((MapValue) java.util.Objects.requireNonNull(root.value()), directory, root, 0);
        for (String override : overrides(path)) {
            if (folder.kind(override) == Kind.FILE) {
                all = merge(all, (MapValue)
                        java.util.Objects.requireNonNull(file.read(override).value()));
            }
        }
        root = root.with(all);
        Map<String, Located> services = new LinkedHashMap<>();
        for (var entry : root.get("services").fields().entrySet()) {
            Located service = entry.getValue().with(file.extended(entry.getValue(), root, path, 0));
            List<String> own = service.get("profiles").texts();
            if (own.isEmpty() || profiles.contains("*") || own.stream().anyMatch(profiles::contains)) {
                services.put(entry.getKey(), service);
            }
        }
        if (root.get("services").fields().isEmpty()) {
            throw root.wrong("has no services");
        }
        if (services.isEmpty()) {
            throw root.get("services").wrong("are all of profiles that are not active: name one with --profile");
        }
        return new Loaded(root, services, directory, Map.copyOf(file.environment));
    }

    private static String directory(String path) {
        return path.substring(0, path.lastIndexOf('/') + 1);
    }

    /** The override files that Compose reads besides a file of the usual name. */
    private static List<String> overrides(String path) {
        String base = path.replaceFirst("\\.ya?ml$", "");
        return List.of(base + ".override.yml", base + ".override.yaml");
    }

    private void readDotEnv(String directory) {
        if (folder.kind(directory + ".env") == Kind.FILE) {
            String text = new String(folder.read(directory + ".env"), StandardCharsets.UTF_8);
            DotEnv.parse(project.resolve(directory + ".env").toString(), text, environment::get)
                    .forEach(environment::putIfAbsent);
        }
    }

    private Located read(String path) {
        Located known = files.get(path);
        if (known != null) {
            return known;
        }
        Located root = Located.parse(project.resolve(path).toString(), folder.read(path));
        Located replaced = root.with(replaced(root));
        files.put(path, replaced);
        return replaced;
    }

    /** The value with its variables replaced. */
    private @Nullable Object replaced(Located at) {
        return switch (at.value()) {
            case String text -> {
                try {
                    yield new Variables(environment::get).in(text);
                } catch (DeliveryFailure e) {
                    throw at.wrong("cannot be used: " + e.getMessage());
                }
            }
            case MapValue map -> {
                MapValue.Builder all = MapValue.builder(map.size());
                at.fields().forEach((name, field) -> all.put(name, replaced(field)));
                yield all.build();
            }
            case ListValue list -> {
                List<@Nullable Object> all = new ArrayList<>();
                at.items().forEach(item -> all.add(replaced(item)));
                yield ListValue.copyOf(all);
            }
            case null, default -> at.value();
        };
    }

    private MapValue withIncludes(MapValue own, String directory, Located root, int depth) {
        MapValue all = own;
        for (Located include : root.get("include").items()) {
            Located path = include.value() instanceof MapValue ? include.get("path") : include;
            for (String name : ComposeValues.texts(path)) {
                if (depth > DEEPEST) {
                    throw include.wrong("is nested too deeply");
                }
                Located other = read(directory + name);
                MapValue value = (MapValue) java.util.Objects.requireNonNull(other.value());
                all = merge(withIncludes(value, directory(directory + name), other, depth + 1), all);
            }
        }
        return all.without("include");
    }

    /** A service with what it extends merged into it. */
    private MapValue extended(Located service, Located root, String path, int depth) {
        MapValue own = service.value() instanceof MapValue map ? map : MapValue.EMPTY;
        if (service.value() != null && !(service.value() instanceof MapValue)) {
            throw service.wrong("must be an object");
        }
        Located extended = service.get("extends");
        if (!extended.present()) {
            return own;
        }
        if (depth > DEEPEST) {
            throw extended.wrong("goes in a circle");
        }
        boolean brief = !(extended.value() instanceof MapValue);
        String name = brief ? extended.text("") : extended.get("service").text("");
        String file = brief ? "" : extended.get("file").text("");
        String otherPath = file.isEmpty() ? path : directory(path) + file;
        Located other =
                (file.isEmpty() ? root : read(otherPath)).get("services").get(name);
        if (!other.present()) {
            throw extended.wrong("names the service \"" + name + "\", which is not in " + project.resolve(otherPath));
        }
        Located otherRoot = file.isEmpty() ? root : read(otherPath);
        return merge(extended(other, otherRoot, otherPath, depth + 1), own.without("extends"));
    }

    /** The first with the second merged into it, which counts more. */
    private static MapValue merge(MapValue first, MapValue second) {
        MapValue result = first;
        for (var entry : second) {
            String name = entry.getKey();
            Object before = result.get(name);
            Object after = entry.getValue();
            if (before instanceof MapValue left && after instanceof MapValue right) {
                result = result.with(name, merge(left, right));
            } else if (before instanceof ListValue left
                    && after instanceof ListValue right
                    && !REPLACED.contains(name)) {
                List<@Nullable Object> both = new ArrayList<>(left);
                right.stream().filter(item -> !left.contains(item)).forEach(both::add);
                result = result.with(name, ListValue.copyOf(both));
            } else if (isKeyed(name) && before != null && after != null) {
                result = result.with(name, merge(keyed(before), keyed(after)));
            } else {
                result = result.with(name, after);
            }
        }
        return result;
    }

    private static boolean isKeyed(String field) {
        return Set.of("environment", "labels", "annotations", "args", "sysctls", "build", "depends_on", "networks")
                .contains(field);
    }

    /** Of a field that may be a map, a list or a text, the map. */
    private static MapValue keyed(Object value) {
        if (value instanceof MapValue map) {
            return map;
        }
        MapValue.Builder map = MapValue.builder();
        if (value instanceof ListValue list) {
            for (Object item : list) {
                String text = String.valueOf(item);
                int equals = text.indexOf('=');
                map.put(equals < 0 ? text : text.substring(0, equals), equals < 0 ? null : text.substring(equals + 1));
            }
        } else {
            map.put("context", value); // of a build
        }
        return map.build();
    }
}
