package dev.proa.delivery.gitlab;

import dev.proa.delivery.pipeline.RepositoryFiles;
import dev.proa.delivery.pipeline.yaml.YamlNode;
import dev.proa.delivery.pipeline.yaml.YamlNode.Mapping;
import dev.proa.delivery.pipeline.yaml.YamlNode.Place;
import dev.proa.delivery.pipeline.yaml.YamlNode.Sequence;
import dev.proa.delivery.pipeline.yaml.YamlReader;
import dev.proa.delivery.pipeline.yaml.YamlTree;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A file with its includes merged in, {@code extends} applied and {@code !reference} put in. For one file. */
final class SourceTree {
    private final RepositoryFiles files;
    private final YamlReader reader;
    private final Set<String> included = new HashSet<>();
    private Mapping all = new Mapping(new Place(1, 1), Map.of(), Map.of());

    SourceTree(RepositoryFiles files, YamlReader reader) {
        this.files = files;
        this.reader = reader;
    }

    /** Everything at the top of the file, with includes before it. */
    Mapping read(String path, byte[] bytes) {
        all = include(path, bytes);
        Map<String, YamlNode> entries = new LinkedHashMap<>();
        all.entries()
                .forEach((name, node) -> entries.put(name, referenced(extended(name, node, new LinkedHashSet<>()), 0)));
        return new Mapping(all.place(), entries, all.keys());
    }

    private Mapping include(String path, byte[] bytes) {
        included.add(path);
        Mapping own = reader.mapping(
                YamlTree.read(path, bytes, YamlTree.Dialect.GITLAB, reader.problems())
                        .orElse(null),
                path);
        Mapping merged = new Mapping(own.place(), Map.of(), Map.of());
        for (YamlNode item : reader.items(own.get("include"))) {
            for (String other : local(item)) {
                byte[] more = files.read(other);
                if (more == null) {
                    reader.problem(item.place(), "there is no file " + other + " to include");
                } else if (!included.contains(other)) {
                    merged = merge(merged, include(other, more));
                }
            }
        }
        return merge(merged, own);
    }

    private List<String> local(YamlNode item) {
        String path = "";
        if (item instanceof Mapping map) {
            for (String kind : List.of("project", "remote", "template", "component")) {
                if (map.get(kind) != null) {
                    reader.problem(
                            map.place(),
                            "include:" + kind
                                    + " is of another place, which cannot be had: copy the file into the repository and use include:local");
                    return List.of();
                }
            }
            path = reader.text(map.get("local"), "local");
        } else {
            path = reader.text(item, "include");
            if (path.contains("://")) {
                reader.problem(
                        item.place(), "files of other places cannot be included: copy the file into the repository");
                return List.of();
            }
        }
        String file = path.replaceFirst("^/", "");
        if (!file.contains("*")) {
            return List.of(file);
        }
        return files.paths().stream()
                .filter(one -> Globs.any(List.of(file), List.of(one)))
                .sorted()
                .toList();
    }

    /** Maps deeply merged; anything else of {@code over} takes the place of what {@code base} has. */
    static Mapping merge(Mapping base, Mapping over) {
        Map<String, YamlNode> entries = new LinkedHashMap<>(base.entries());
        over.entries().forEach((name, node) -> {
            YamlNode before = entries.get(name);
            entries.put(
                    name,
                    before instanceof Mapping first && node instanceof Mapping second ? merge(first, second) : node);
        });
        Map<String, Place> keys = new HashMap<>(base.keys());
        keys.putAll(over.keys());
        return new Mapping(over.place(), entries, keys);
    }

    private YamlNode extended(String name, YamlNode node, Set<String> within) {
        if (!(node instanceof Mapping job) || job.get("extends") == null) {
            return node;
        }
        within.add(name);
        Mapping base = new Mapping(job.place(), Map.of(), Map.of());
        for (String parent : reader.texts(job.get("extends"), "extends")) {
            YamlNode other = all.get(parent);
            if (other == null) {
                reader.problem(job.keyPlace("extends"), "'" + name + "' extends '" + parent + "', which is not there");
            } else if (within.contains(parent) || within.size() > 10) {
                reader.problem(
                        job.keyPlace("extends"),
                        "'" + name + "' extends itself by way of '" + parent + "', or more than 10 others");
            } else if (extended(parent, other, new LinkedHashSet<>(within)) instanceof Mapping map) {
                base = merge(base, map);
            }
        }
        Map<String, YamlNode> own = new LinkedHashMap<>(merge(base, job).entries());
        own.remove("extends");
        return new Mapping(job.place(), own, job.keys());
    }

    /** Puts in what {@code !reference [job, key]} names; in a list it becomes items of that list. */
    private YamlNode referenced(YamlNode node, int depth) {
        if (depth > 50) {
            reader.problem(node.place(), "!reference goes more than 10 levels deep, or around in a circle");
            return new YamlNode.Scalar(node.place(), "", true);
        }
        return switch (node) {
            case YamlNode.Scalar scalar -> scalar;
            case Sequence list when list.tag().equals("!reference") -> lookup(list, depth);
            case Sequence list -> {
                List<YamlNode> items = new ArrayList<>();
                for (YamlNode item : list.items()) {
                    YamlNode found = referenced(item, depth + 1);
                    if (item instanceof Sequence inner
                            && inner.tag().equals("!reference")
                            && found instanceof Sequence more) {
                        items.addAll(more.items());
                    } else {
                        items.add(found);
                    }
                }
                yield new Sequence(list.place(), items, list.tag());
            }
            case Mapping map -> {
                Map<String, YamlNode> entries = new LinkedHashMap<>();
                map.entries().forEach((name, value) -> entries.put(name, referenced(value, depth + 1)));
                yield new Mapping(map.place(), entries, map.keys());
            }
        };
    }

    private YamlNode lookup(Sequence reference, int depth) {
        @Nullable YamlNode found = all;
        List<String> path = reader.texts(new Sequence(reference.place(), reference.items(), ""), "!reference");
        for (int i = 0; i < path.size() && found != null; i++) {
            found = found instanceof Mapping map ? map.get(path.get(i)) : null;
            if (i == 0 && found != null) {
                found = extended(path.getFirst(), found, new LinkedHashSet<>());
            }
        }
        if (found == null) {
            reader.problem(reference.place(), "!reference " + path + " is not there");
            return new YamlNode.Scalar(reference.place(), "", true);
        }
        return referenced(found, depth + 5);
    }
}
