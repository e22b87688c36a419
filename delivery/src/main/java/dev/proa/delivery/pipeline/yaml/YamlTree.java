package dev.proa.delivery.pipeline.yaml;

import dev.proa.delivery.pipeline.Problem;
import dev.proa.delivery.pipeline.yaml.YamlNode.Place;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.Anchor;
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

/** Reads YAML into a tree. For one thread and one file. */
public final class YamlTree {
    private static final int MAX_DEPTH = 100;
    private static final int MAX_NODES = 200_000;

    /** How files of a kind are read. */
    public enum Dialect {
        /** Keys are unique, and {@code <<} is a key as any other. */
        GITHUB,
        /** The last of equal keys counts, {@code <<} merges maps, and there may be a header document ({@code spec}) before the file. */
        GITLAB
    }

    private final String file;
    private final Dialect dialect;
    private final ParserImpl parser;
    private final List<Problem> problems;
    private final Map<Anchor, Anchored> anchors = new HashMap<>();
    private int nodes;

    private record Anchored(YamlNode node, int size) {}

    private YamlTree(String file, Dialect dialect, String text, List<Problem> problems) {
        LoadSettings settings = LoadSettings.builder()
                .setBufferSize(text.length() + 1)
                .setCodePointLimit(1 << 20)
                .setParseComments(false)
                .build();
        this.file = file;
        this.dialect = dialect;
        this.parser = new ParserImpl(settings, new StreamReader(settings, text));
        this.problems = problems;
    }

    /** Reads the last document of a file; empty when it has none, or when it is broken, which {@code problems} then has. */
    public static Optional<YamlNode> read(String file, byte[] bytes, Dialect dialect, List<Problem> problems) {
        YamlTree tree;
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            tree = new YamlTree(file, dialect, text.startsWith("\uFEFF") ? text.substring(1) : text, problems);
        } catch (CharacterCodingException e) {
            problems.add(new Problem(file, 1, 1, "the file is not UTF-8"));
            return Optional.empty();
        }
        try {
            return Optional.ofNullable(tree.document());
        } catch (Unreadable e) {
            problems.add(new Problem(file, e.place.line(), e.place.column(), String.valueOf(e.getMessage())));
        } catch (MarkedYamlEngineException e) {
            Place place = e.getProblemMark()
                    .or(e::getContextMark)
                    .map(YamlTree::place)
                    .orElse(new Place(1, 1));
            problems.add(new Problem(file, place.line(), place.column(), "not YAML: " + e.getProblem()));
        } catch (YamlEngineException e) {
            problems.add(new Problem(file, 1, 1, "not YAML: " + e.getMessage()));
        } catch (StackOverflowError e) {
            // The parser goes deeper into its stack for a level than the limit of levels can know.
            problems.add(new Problem(file, 1, 1, "the file is nested too deeply"));
        }
        return Optional.empty();
    }

    private static final class Unreadable extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final transient Place place;

        Unreadable(Place place, String message) {
            super(message);
            this.place = place;
        }
    }

    private @Nullable YamlNode document() {
        YamlNode last = null;
        parser.next();
        while (parser.checkEvent(Event.ID.DocumentStart)) {
            parser.next();
            anchors.clear();
            last = node(parser.next(), 0);
            parser.next();
        }
        return last;
    }

    private static Place place(Mark mark) {
        return new Place(mark.getLine() + 1, mark.getColumn() + 1);
    }

    private static Place place(Event event) {
        return event.getStartMark().map(YamlTree::place).orElse(new Place(1, 1));
    }

    private YamlNode node(Event event, int depth) {
        if (depth > MAX_DEPTH) {
            throw new Unreadable(place(event), "the file is nested more than " + MAX_DEPTH + " levels deep");
        }
        int before = nodes;
        if (event instanceof AliasEvent alias) {
            Anchored anchored = anchors.get(alias.getAlias());
            if (anchored == null) {
                throw new Unreadable(
                        place(event), "there is no anchor &" + alias.getAlias().getValue() + " above");
            }
            count(event, anchored.size);
            return anchored.node;
        }
        count(event, 1);
        YamlNode node = switch (event) {
            case ScalarEvent scalar -> new YamlNode.Scalar(place(event), scalar.getValue(), scalar.isPlain());
            case SequenceStartEvent list -> sequence(list, depth);
            case MappingStartEvent _ -> mapping(event, depth);
            default -> throw new Unreadable(place(event), "unexpected " + event.getEventId());
        };
        if (event instanceof NodeEvent named) {
            named.getAnchor().ifPresent(anchor -> anchors.put(anchor, new Anchored(node, nodes - before)));
        }
        return node;
    }

    /** Aliases count with all that they stand for, so that a small file cannot become a huge one. */
    private void count(Event event, int more) {
        nodes += more;
        if (nodes > MAX_NODES) {
            throw new Unreadable(place(event), "the file has more than " + MAX_NODES + " values");
        }
    }

    private YamlNode sequence(SequenceStartEvent start, int depth) {
        List<YamlNode> items = new ArrayList<>();
        while (!parser.checkEvent(Event.ID.SequenceEnd)) {
            items.add(node(parser.next(), depth + 1));
        }
        parser.next();
        return new YamlNode.Sequence(place(start), items, start.getTag().orElse(""));
    }

    private YamlNode mapping(Event start, int depth) {
        Map<String, YamlNode> own = new LinkedHashMap<>();
        Map<String, Place> keys = new HashMap<>();
        List<YamlNode.Mapping> merged = new ArrayList<>();
        while (!parser.checkEvent(Event.ID.MappingEnd)) {
            Event event = parser.next();
            if (!(node(event, depth + 1) instanceof YamlNode.Scalar key)) {
                throw new Unreadable(place(event), "a key must be a text");
            }
            YamlNode value = node(parser.next(), depth + 1);
            if (dialect == Dialect.GITLAB && key.plain() && key.text().equals("<<")) {
                merge(value, merged);
            } else if (own.put(key.text(), value) != null && dialect == Dialect.GITHUB) {
                problems.add(new Problem(
                        file, key.place().line(), key.place().column(), "'" + key.text() + "' is already defined"));
            } else {
                keys.put(key.text(), place(event));
            }
        }
        parser.next();
        for (YamlNode.Mapping more : merged) {
            more.entries().forEach(own::putIfAbsent);
            more.keys().forEach(keys::putIfAbsent);
        }
        return new YamlNode.Mapping(place(start), own, keys);
    }

    private static void merge(YamlNode value, List<YamlNode.Mapping> into) {
        switch (value) {
            case YamlNode.Mapping map -> into.add(map);
            case YamlNode.Sequence list -> list.items().forEach(item -> merge(item, into));
            case YamlNode.Scalar scalar -> throw new Unreadable(scalar.place(), "<< merges maps; this is a text");
        }
    }
}
