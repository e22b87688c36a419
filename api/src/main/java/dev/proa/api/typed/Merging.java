package dev.proa.api.typed;

import static dev.proa.api.typed.Values.ABSENT;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.fieldpath.PathElement;
import dev.proa.api.typed.MergeType.ListRule;
import dev.proa.api.typed.MergeType.MapRule;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Merges an applied configuration into an object. Nothing is removed; where both have a leaf, it is that of the configuration. */
public final class Merging {
    private Merging() {}

    /**
     * The merged object; the very same where the configuration changes nothing.
     *
     * <p>Items of a list are in the order of the object, unless the configuration has them in another one.
     *
     * @throws MismatchException when a list cannot be merged
     */
    public static MapValue of(MergeType type, MapValue live, MapValue config) {
        return merge(type, live, config) instanceof MapValue merged ? merged : live;
    }

    private static @Nullable Object merge(MergeType type, @Nullable Object live, @Nullable Object config) {
        if (config == ABSENT || live == config) {
            return live;
        }
        if (live == ABSENT) {
            return config;
        }
        return switch (type.form(config)) {
            case MAP -> fields(Objects.requireNonNull(type.map()), live, config);
            case LIST -> list(Objects.requireNonNull(type.list()), live, config);
            case SCALAR -> leaf(live, config);
        };
    }

    private static @Nullable Object leaf(@Nullable Object live, @Nullable Object config) {
        return Values.same(live, config) ? live : config;
    }

    private static @Nullable Object fields(MapRule rule, @Nullable Object live, @Nullable Object config) {
        MapValue before = live instanceof MapValue map ? map : MapValue.EMPTY;
        MapValue applied = config instanceof MapValue map ? map : MapValue.EMPTY;
        if (rule.atomic() || before.isEmpty() && applied.isEmpty()) {
            return leaf(live, config);
        }
        MapValue merged = before;
        for (int i = 0; i < applied.size(); i++) {
            String name = applied.nameAt(i);
            Object old = before.has(name) ? before.get(name) : ABSENT;
            Object now = merge(rule.fieldOrAny(name), old, applied.valueAt(i));
            merged = merged.with(name, now);
        }
        return merged;
    }

    private static @Nullable Object list(ListRule rule, @Nullable Object live, @Nullable Object config) {
        ListValue before = live instanceof ListValue list ? list : ListValue.EMPTY;
        ListValue applied = config instanceof ListValue list ? list : ListValue.EMPTY;
        if (!rule.associative() || before.isEmpty() && applied.isEmpty()) {
            return leaf(live, config);
        }
        ListValue merged = new Items(rule, before, applied).merge();
        return Values.same(merged, before) ? before : merged;
    }

    /** The items of two lists on their way into one. */
    private static final class Items {
        private final MergeType type;
        private final ListValue live;
        private final ListValue config;
        private final List<String> liveElements;
        private final List<String> configElements;
        /** The items by their elements; null for those of which the object has several. */
        private final Map<String, @Nullable Object> lives = new HashMap<>();

        private final Map<String, @Nullable Object> configs = new HashMap<>();
        /** Elements of both lists that are still to come, in the order of the configuration. */
        private final Deque<String> shared = new ArrayDeque<>();

        private final Set<String> done = new HashSet<>();
        private final List<@Nullable Object> merged = new ArrayList<>();

        Items(ListRule rule, ListValue live, ListValue config) {
            this.type = rule.item();
            this.live = live;
            this.config = config;
            this.configElements = elements(rule, config, configs, false);
            this.liveElements = elements(rule, live, lives, true);
            for (String element : configElements) {
                if (lives.containsKey(element)) {
                    shared.add(element);
                }
            }
        }

        private static List<String> elements(
                ListRule rule, ListValue list, Map<String, @Nullable Object> items, boolean duplicates) {
            List<String> elements = new ArrayList<>(list.size());
            for (int i = 0; i < list.size(); i++) {
                String element;
                try {
                    element = ListItems.element(rule, list.get(i));
                } catch (MismatchException e) {
                    throw new MismatchException("element " + i + ": " + e.getMessage());
                }
                boolean again = items.containsKey(element);
                if (again && !duplicates) {
                    throw new MismatchException("duplicate entries for key " + shown(element));
                }
                items.put(element, again ? null : list.get(i));
                elements.add(element);
            }
            return elements;
        }

        ListValue merge() {
            int i = 0;
            int j = 0;
            while (i < live.size() || j < config.size()) {
                if (i < live.size() && j < config.size()) {
                    String element = liveElements.get(i);
                    if (element.equals(configElements.get(j))) {
                        both(element);
                        shared.poll();
                        i++;
                        j++;
                        continue;
                    }
                    if (configs.containsKey(element) && !shared.isEmpty() && !element.equals(shared.peek())) {
                        i++; // its place is where the configuration has it
                        continue;
                    }
                }
                if (i < live.size()) {
                    String element = liveElements.get(i);
                    if (!configs.containsKey(element)) {
                        merged.add(live.get(i));
                        i++;
                        continue;
                    }
                    if (done.contains(element)) {
                        i++;
                    }
                }
                if (j < config.size()) {
                    String element = configElements.get(j);
                    both(element);
                    j++;
                    if (element.equals(shared.peek())) {
                        shared.poll();
                    }
                }
            }
            return ListValue.copyOf(merged);
        }

        private void both(String element) {
            done.add(element);
            Object before = lives.containsKey(element) ? lives.get(element) : ABSENT;
            Object item = Merging.merge(type, before, configs.get(element));
            merged.add(item);
        }
    }

    static String shown(String element) {
        try {
            PathElement parsed = PathElement.parse(element);
            return parsed == null ? element : parsed.shown();
        } catch (DecodeException e) {
            return element;
        }
    }
}
