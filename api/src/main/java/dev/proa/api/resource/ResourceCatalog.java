package dev.proa.api.resource;

import dev.proa.api.resource.ResourceType.Subresource;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A set of API resources, found by path and by kind, in the order of discovery. Immutable.
 *
 * <p>{@link #builtin()} has those that are built into Kubernetes and served by default, recorded from the discovery of version 1.36.
 */
public final class ResourceCatalog {
    private final List<ResourceType> all;
    private final Map<String, List<ResourceType>> byGroupVersion = new LinkedHashMap<>();
    private final Map<String, ResourceType> byPlural = new HashMap<>();
    private final Map<String, ResourceType> byKind = new HashMap<>();

    /** @param all in the order of discovery: groups as Kubernetes lists them, resources by name */
    public ResourceCatalog(List<ResourceType> all) {
        this.all = List.copyOf(all);
        for (ResourceType type : all) {
            List<ResourceType> served = byGroupVersion.get(type.apiVersion());
            if (served == null) {
                served = new ArrayList<>();
                byGroupVersion.put(type.apiVersion(), served);
            }
            served.add(type);
            byPlural.put(type.apiVersion() + "/" + type.plural(), type);
            byKind.put(type.apiVersion() + "/" + type.kind(), type);
        }
    }

    /** The built-in resources. */
    public static ResourceCatalog builtin() {
        return Builtin.CATALOG;
    }

    /** Loaded on first use. */
    private static final class Builtin {
        static final ResourceCatalog CATALOG = new ResourceCatalog(read());

        private static List<ResourceType> read() {
            try (InputStream in = ResourceCatalog.class.getResourceAsStream("/dev/proa/api/resources.txt")) {
                if (in == null) {
                    throw new IllegalStateException("the catalogue of resources is not in the jar; build module api");
                }
                return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    public List<ResourceType> all() {
        return all;
    }

    /** All {@code group/version}s in discovery order; {@code v1} for the core group. */
    public Collection<String> groupVersions() {
        return Collections.unmodifiableCollection(byGroupVersion.keySet());
    }

    /** The resources of a {@code group/version}; empty when it is unknown. */
    public List<ResourceType> of(String groupVersion) {
        return Collections.unmodifiableList(byGroupVersion.getOrDefault(groupVersion, List.of()));
    }

    /** The resource in a path; null when there is none. */
    public @Nullable ResourceType byPlural(String group, String version, String plural) {
        return byPlural.get((group.isEmpty() ? version : group + "/" + version) + "/" + plural);
    }

    /** The resource of a kind; null when there is none. {@code apiVersion} as in objects. */
    public @Nullable ResourceType byKind(String apiVersion, String kind) {
        return byKind.get(apiVersion + "/" + kind);
    }

    /** A line for each group and version, and below it an indented line for each resource and subresource. */
    private static List<ResourceType> parse(String text) {
        List<ResourceType> types = new ArrayList<>();
        String group = "";
        String version = "";
        for (String line : split(text.stripTrailing(), '\n')) {
            List<String> words = split(line, '\t');
            if (!line.startsWith(" ")) {
                group = groupName(words.getFirst());
                version = words.get(1);
                continue;
            }
            String name = words.getFirst().substring(1);
            int slash = name.indexOf('/');
            if (slash < 0) {
                types.add(resource(group, version, name, words));
            } else {
                addSubresource(types, group, version, name.substring(0, slash), name.substring(slash + 1), words);
            }
        }
        return types;
    }

    private static ResourceType resource(String group, String version, String name, List<String> words) {
        return new ResourceType(
                group,
                version,
                words.get(1),
                words.get(1) + "List",
                name,
                word(words, "singular="),
                words.get(2).equals("namespaced"),
                split(words.get(3), ','),
                split(word(words, "short="), ','),
                split(word(words, "categories="), ','),
                word(words, "hash="),
                List.of());
    }

    private static void addSubresource(
            List<ResourceType> types, String group, String version, String plural, String name, List<String> words) {
        List<String> other = split(word(words, "type="), '/');
        Subresource subresource = new Subresource(
                name,
                other.isEmpty() ? group : groupName(other.getFirst()),
                other.isEmpty() ? version : other.get(1),
                words.get(1),
                split(words.get(3), ','));
        for (int i = types.size() - 1; i >= 0; i--) {
            ResourceType type = types.get(i);
            if (type.plural().equals(plural)
                    && type.group().equals(group)
                    && type.version().equals(version)) {
                List<Subresource> more = new ArrayList<>(type.subresources());
                more.add(subresource);
                types.set(i, withSubresources(type, more));
                return;
            }
        }
        throw new IllegalStateException("a subresource without its resource: " + plural + "/" + name);
    }

    private static ResourceType withSubresources(ResourceType type, List<Subresource> subresources) {
        return new ResourceType(
                type.group(),
                type.version(),
                type.kind(),
                type.listKind(),
                type.plural(),
                type.singular(),
                type.namespaced(),
                type.verbs(),
                type.shortNames(),
                type.categories(),
                type.storageVersionHash(),
                subresources);
    }

    private static String groupName(String group) {
        return group.equals("core") ? "" : group;
    }

    private static String word(List<String> words, String key) {
        for (String word : words) {
            if (word.startsWith(key)) {
                return word.substring(key.length());
            }
        }
        return "";
    }

    private static List<String> split(String text, char separator) {
        if (text.isEmpty()) {
            return List.of();
        }
        List<String> parts = new ArrayList<>(4);
        int from = 0;
        for (int at = text.indexOf(separator); at >= 0; at = text.indexOf(separator, from)) {
            parts.add(text.substring(from, at));
            from = at + 1;
        }
        parts.add(text.substring(from));
        return parts;
    }
}
