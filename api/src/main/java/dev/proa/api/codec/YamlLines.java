package dev.proa.api.codec;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/** The lines on which the values of a YAML document stand, for messages about them. Immutable. */
public final class YamlLines {
    private final Map<List<String>, Integer> lines;

    private YamlLines(Map<List<String>, Integer> lines) {
        this.lines = Map.copyOf(lines);
    }

    /**
     * Finds the lines of the first document.
     *
     * @throws DecodeException when it is not YAML
     */
    public static YamlLines of(String yaml) {
        LoadSettings settings = LoadSettings.builder()
                .setBufferSize(yaml.length() + 1)
                .setParseComments(false)
                .build();
        Scan scan = new Scan(new ParserImpl(settings, new StreamReader(settings, yaml)));
        try {
            scan.parser.next(); // the start of the stream
            if (scan.parser.checkEvent(Event.ID.DocumentStart)) {
                scan.parser.next();
                scan.value(List.of(), 0);
            }
        } catch (YamlEngineException e) {
            throw YamlReader.failure("yaml: " + e.getMessage(), e);
        }
        return new YamlLines(scan.lines);
    }

    /**
     * The line of a value, counted from 1; of an entry of a map, that of its key. For a value that is not in the text itself, as
     * one that came in by an alias, it is the line of what encloses it.
     *
     * @param path names in maps and indexes in lists, from the root on
     */
    public int of(List<String> path) {
        for (int length = path.size(); length > 0; length--) {
            Integer line = lines.get(path.subList(0, length));
            if (line != null) {
                return line;
            }
        }
        return 1;
    }

    private record Scan(ParserImpl parser, Map<List<String>, Integer> lines) {
        Scan(ParserImpl parser) {
            this(parser, new HashMap<>());
        }

        void value(List<String> path, int depth) {
            if (depth > Json.MAX_DEPTH) {
                throw YamlReader.failure("yaml: exceeded max depth of " + Json.MAX_DEPTH, null);
            }
            Event event = parser.next();
            lines.putIfAbsent(path, line(event));
            if (event instanceof SequenceStartEvent) {
                for (int i = 0; !parser.checkEvent(Event.ID.SequenceEnd); i++) {
                    value(then(path, String.valueOf(i)), depth + 1);
                }
                parser.next();
            } else if (event instanceof MappingStartEvent) {
                while (!parser.checkEvent(Event.ID.MappingEnd)) {
                    Event key = parser.peekEvent();
                    List<String> at = then(path, key instanceof ScalarEvent scalar ? scalar.getValue() : "");
                    value(at, depth + 1);
                    value(at, depth + 1);
                }
                parser.next();
            }
        }

        private static int line(Event event) {
            return event.getStartMark().map(Mark::getLine).orElse(0) + 1;
        }

        private static List<String> then(List<String> path, String name) {
            List<String> longer = new java.util.ArrayList<>(path);
            longer.add(name);
            return List.copyOf(longer);
        }
    }
}
