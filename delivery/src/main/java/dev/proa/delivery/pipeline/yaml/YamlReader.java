package dev.proa.delivery.pipeline.yaml;

import dev.proa.delivery.pipeline.Problem;
import dev.proa.delivery.pipeline.yaml.YamlNode.Mapping;
import dev.proa.delivery.pipeline.yaml.YamlNode.Place;
import dev.proa.delivery.pipeline.yaml.YamlNode.Scalar;
import dev.proa.delivery.pipeline.yaml.YamlNode.Sequence;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads parts of trees as what they must be, and collects what is wrong. For one thread. */
public final class YamlReader {
    private final String file;
    private final List<Problem> problems;

    public YamlReader(String file, List<Problem> problems) {
        this.file = file;
        this.problems = problems;
    }

    /** The path of the file. */
    public String file() {
        return file;
    }

    /** Everything that is wrong so far. */
    public List<Problem> problems() {
        return problems;
    }

    /** Something is wrong at a place. */
    public void problem(Place place, String message) {
        problems.add(new Problem(file, place.line(), place.column(), message));
    }

    /** A map; one without entries when it is something else, which is then a problem, unless it is null. */
    public Mapping mapping(@Nullable YamlNode node, String what) {
        switch (node) {
            case Mapping map -> {
                return map;
            }
            case null -> {}
            default -> {
                if (!node.empty()) {
                    problem(node.place(), what + " must be a map");
                }
            }
        }
        return new Mapping(node == null ? new Place(1, 1) : node.place(), Map.of(), Map.of());
    }

    /** Names keys that {@code what} does not have. */
    public void knows(Mapping map, String what, Collection<String> known) {
        for (String key : map.entries().keySet()) {
            if (!known.contains(key)) {
                problem(
                        map.keyPlace(key),
                        "unknown key '" + key + "' in " + what + "; it knows "
                                + String.join(", ", known.stream().sorted().toList()));
            }
        }
    }

    /** The items of a list; a single value is a list of one. Empty for null. */
    public List<YamlNode> items(@Nullable YamlNode node) {
        return switch (node) {
            case Sequence list -> list.items();
            case null -> List.of();
            default -> node.empty() ? List.of() : List.of(node);
        };
    }

    /** The texts of a list or of a single value. */
    public List<String> texts(@Nullable YamlNode node, String what) {
        List<String> texts = new ArrayList<>();
        items(node).forEach(item -> texts.add(text(item, what)));
        return texts;
    }

    /** A scalar as text; empty for null. */
    public String text(@Nullable YamlNode node, String what) {
        return switch (node) {
            case Scalar scalar -> scalar.value() == null ? "" : scalar.text();
            case null -> "";
            default -> {
                problem(node.place(), what + " must be a text");
                yield "";
            }
        };
    }

    /** A boolean; {@code otherwise} when it is absent. */
    public boolean bool(@Nullable YamlNode node, String what, boolean otherwise) {
        if (node == null || node.empty()) {
            return otherwise;
        }
        if (node instanceof Scalar scalar && scalar.value() instanceof Boolean bool) {
            return bool;
        }
        problem(node.place(), what + " must be true or false");
        return otherwise;
    }

    /** Texts by name, in their order. */
    public Map<String, String> map(@Nullable YamlNode node, String what) {
        Map<String, String> texts = new LinkedHashMap<>();
        mapping(node, what).entries().forEach((name, value) -> texts.put(name, text(value, what + "." + name)));
        return texts;
    }
}
