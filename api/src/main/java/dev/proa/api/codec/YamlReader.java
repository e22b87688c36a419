package dev.proa.api.codec;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Numeral;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/** Builds values from the events of the YAML parser, one document at a time. For one thread. */
final class YamlReader {
    /** So many characters of a string count as one value in the size of an alias. */
    private static final int CHARACTERS = 16;

    /** Above this number of values, aliases may make up only a small part of a document. */
    private static final int ALIASED_FREELY = 100_000;

    private final ParserImpl parser;
    private final @Nullable Consumer<String> duplicates;
    private final Map<String, Anchored> anchors = new HashMap<>();
    private int told;
    private long written;
    private long aliased;

    /** The value of an anchor, and the number of values in it. */
    private record Anchored(@Nullable Object value, long size) {}

    YamlReader(String text, @Nullable Consumer<String> duplicates) {
        LoadSettings settings = LoadSettings.builder()
                .setCodePointLimit(64 << 20)
                // All of it at once: read piece by piece, a long comment or scalar is copied with every piece.
                .setBufferSize(text.length() + 1)
                .setParseComments(false)
                .build();
        this.parser = new ParserImpl(settings, new StreamReader(settings, text));
        this.duplicates = duplicates;
    }

    List<@Nullable Object> read(int atMost) {
        try {
            List<@Nullable Object> documents = new ArrayList<>();
            parser.next(); // the start of the stream
            while (documents.size() < atMost && parser.checkEvent(Event.ID.DocumentStart)) {
                parser.next();
                anchors.clear();
                documents.add(value(parser.next(), 0));
                parser.next(); // the end of the document
            }
            return documents;
        } catch (MarkedYamlEngineException e) {
            String line = e.getProblemMark()
                    .map(mark -> "line " + (mark.getLine() + 1) + ": ")
                    .orElse("");
            throw wrong(line + e.getProblem(), e);
        } catch (YamlEngineException e) {
            throw wrong(String.valueOf(e.getMessage()), e);
        } catch (StackOverflowError e) {
            // The parser goes deeper into its stack for a level than the limit of levels can know.
            throw wrong("exceeded max depth", null);
        }
    }

    private static DecodeException wrong(String problem, @Nullable Throwable cause) {
        return failure("yaml: " + problem, cause);
    }

    /** An exception with kubectl's message for unreadable YAML. */
    static DecodeException failure(String problem, @Nullable Throwable cause) {
        return new DecodeException("error converting YAML to JSON: ", problem, cause);
    }

    private @Nullable Object value(Event event, int depth) {
        if (depth > Json.MAX_DEPTH) {
            throw wrong("exceeded max depth of " + Json.MAX_DEPTH, null);
        }
        if (event instanceof AliasEvent alias) {
            return alias(alias);
        }
        long before = written + aliased;
        written += 1 + (event instanceof ScalarEvent scalar ? scalar.getValue().length() / CHARACTERS : 0);
        Object value = switch (event) {
            case ScalarEvent scalar -> YamlScalars.value(scalar);
            case SequenceStartEvent list -> list(depth);
            case MappingStartEvent map -> map(depth);
            default -> throw wrong("unexpected " + event.getEventId(), null);
        };
        if (event instanceof NodeEvent node) {
            node.getAnchor()
                    .ifPresent(
                            anchor -> anchors.put(anchor.getValue(), new Anchored(value, written + aliased - before)));
        }
        return value;
    }

    private @Nullable Object alias(AliasEvent alias) {
        Anchored anchored = anchors.get(alias.getAlias().getValue());
        if (anchored == null) {
            throw wrong("unknown anchor '" + alias.getAlias().getValue() + "' referenced", null);
        }
        aliased += anchored.size;
        if (aliased > ALIASED_FREELY && aliased > 10L * written) {
            throw wrong("document contains excessive aliasing", null);
        }
        return anchored.value;
    }

    private ListValue list(int depth) {
        List<@Nullable Object> items = new ArrayList<>();
        while (!parser.checkEvent(Event.ID.SequenceEnd)) {
            items.add(value(parser.next(), depth + 1));
        }
        parser.next();
        return ListValue.copyOf(items);
    }

    private MapValue map(int depth) {
        MapValue.Builder map = MapValue.builder(8);
        List<MapValue> merged = new ArrayList<>();
        Set<String> seen = duplicates == null ? Set.of() : new HashSet<>();
        while (!parser.checkEvent(Event.ID.MappingEnd)) {
            Event event = parser.next();
            if (event instanceof ScalarEvent scalar
                    && scalar.isPlain()
                    && scalar.getValue().equals("<<")) {
                addMerged(merged, value(parser.next(), depth + 1));
                continue;
            }
            Object named = value(event, depth + 1);
            Object value = value(parser.next(), depth + 1);
            String key = key(event, named, value);
            map.put(key, value);
            if (duplicates != null && !seen.add(key) && told++ < DecodeException.MOST_PROBLEMS) {
                duplicates.accept("line " + (line(event) + 1) + ": key " + GoText.quote(key) + " already set in map");
            }
        }
        parser.next();
        return withMerged(map.build(), merged);
    }

    private static int line(Event event) {
        return event.getStartMark().map(Mark::getLine).orElse(0);
    }

    private static void addMerged(List<MapValue> merged, @Nullable Object value) {
        if (value instanceof MapValue map) {
            merged.add(map);
            return;
        }
        if (value instanceof ListValue list && list.stream().allMatch(MapValue.class::isInstance)) {
            list.forEach(item -> merged.add((MapValue) item));
            return;
        }
        throw wrong("map merge requires map or sequence of maps as the value", null);
    }

    /** Merges maps into a map: its own entries take precedence, then those of the first merged map. */
    private static MapValue withMerged(MapValue own, List<MapValue> merged) {
        if (merged.isEmpty()) {
            return own;
        }
        Map<String, @Nullable Object> all = new HashMap<>(own.asMap());
        for (MapValue more : merged) {
            for (int i = 0; i < more.size(); i++) {
                all.putIfAbsent(more.nameAt(i), more.valueAt(i));
            }
        }
        return MapValue.copyOf(all);
    }

    /** Converts a key to a string; floating-point keys have 32-bit precision. */
    private static String key(Event event, @Nullable Object key, @Nullable Object value) {
        boolean floating = key instanceof Number
                && event instanceof ScalarEvent scalar
                && YamlScalars.isFloating(scalar.getValue());
        return switch (key) {
            case String text -> text;
            case Boolean bool -> bool.toString();
            case Number number when floating -> GoText.floating(number.floatValue());
            case Long number -> number.toString();
            case Double number -> GoText.floating(number);
            case Numeral number ->
                throw unsupported(
                        "uint64, key: 0x" + Long.toHexString(Long.parseUnsignedLong(number.toString())), value);
            case null -> throw unsupported("%!s(<nil>), key: <nil>", value);
            default -> throw wrong("invalid map key: " + key, null);
        };
    }

    private static DecodeException unsupported(String key, @Nullable Object value) {
        String shown = value instanceof String text ? GoText.quote(text) : GoText.printed(value);
        return failure("unsupported map key of type: " + key + ", value: " + shown, null);
    }
}
