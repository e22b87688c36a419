package dev.proa.delivery.workflow;

import dev.proa.delivery.pipeline.LineSplitter;
import dev.proa.delivery.pipeline.Masks;
import dev.proa.delivery.pipeline.OutputReader;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads workflow commands, as {@code ::error file=app.js,line=1::Missing semicolon}, and {@code ##[group]} and its like. */
final class CommandReader implements OutputReader {
    private final LineSplitter lines = new LineSplitter();
    private final Masks masks;
    private final Map<String, String> outputs = new LinkedHashMap<>();
    private final Map<String, String> state = new LinkedHashMap<>();
    private final List<String> asked = new ArrayList<>();
    /** The token that ends {@code ::stop-commands::}; null while commands are read. */
    private @Nullable String resume;

    CommandReader(Collection<String> masked) {
        masks = new Masks(masked);
    }

    @Override
    public List<Line> read(byte[] bytes, int start, int length) {
        return lines.read(bytes, start, length).stream()
                .flatMap(line -> line(line).stream())
                .toList();
    }

    @Override
    public List<Line> end() {
        return lines.end().stream().flatMap(line -> line(line).stream()).toList();
    }

    private List<Line> line(String line) {
        String text = line.stripLeading();
        if (resume != null) {
            if (text.stripTrailing().equals("::" + resume + "::")) {
                resume = null;
                return List.of();
            }
            return List.of(new Line.Text(masks.hide(line)));
        }
        if (text.startsWith("::")) {
            int end = text.indexOf("::", 2);
            if (end > 0) {
                return command(line, text.substring(2, end), unescaped(text.substring(end + 2)));
            }
        } else if (text.startsWith("##[") && text.indexOf(']') > 0) {
            int end = text.indexOf(']');
            return command(line, text.substring(3, end), text.substring(end + 1));
        }
        return List.of(new Line.Text(masks.hide(line)));
    }

    private List<Line> command(String line, String head, String value) {
        int space = head.indexOf(' ');
        String name = (space < 0 ? head : head.substring(0, space)).toLowerCase(Locale.ROOT);
        Map<String, String> properties = properties(space < 0 ? "" : head.substring(space + 1));
        String shown = masks.hide(value);
        return switch (name) {
            case "group" -> List.of(new Line.GroupStart(shown, true));
            case "endgroup" -> List.of(new Line.GroupEnd());
            case "debug" -> List.of(new Line.Debug(shown));
            case "notice" -> annotation(Level.NOTICE, shown, properties);
            case "warning" -> annotation(Level.WARNING, shown, properties);
            case "error" -> annotation(Level.ERROR, shown, properties);
            case "add-mask" -> {
                if (!value.isBlank()) {
                    masks.add(value);
                    asked.add(value);
                }
                yield List.of();
            }
            case "stop-commands" -> {
                resume = value.strip();
                yield List.of();
            }
            case "set-output" -> {
                outputs.put(properties.getOrDefault("name", ""), value);
                yield List.of();
            }
            case "save-state" -> {
                state.put(properties.getOrDefault("name", ""), value);
                yield List.of();
            }
            case "echo", "add-matcher", "remove-matcher" -> List.of();
            case "set-env", "add-path" ->
                annotation(
                        Level.ERROR,
                        "The `" + name + "` command is disabled. Write to the file of "
                                + (name.equals("set-env") ? "GITHUB_ENV" : "GITHUB_PATH") + " instead.",
                        Map.of());
            case "command" -> List.of(new Line.Text(shown));
            default -> List.of(new Line.Text(masks.hide(line)));
        };
    }

    private List<Line> annotation(Level level, String message, Map<String, String> properties) {
        return List.of(new Line.Annotation(
                level,
                message,
                masks.hide(properties.getOrDefault("title", "")),
                properties.getOrDefault("file", ""),
                number(properties.get("line")),
                number(properties.get("endline")),
                number(properties.get("col")),
                number(properties.get("endcolumn"))));
    }

    private static int number(@Nullable String text) {
        return text != null && text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : 0;
    }

    private static Map<String, String> properties(String text) {
        Map<String, String> properties = new LinkedHashMap<>();
        for (String property : text.split(",")) {
            int equals = property.indexOf('=');
            if (equals > 0) {
                properties.put(
                        property.substring(0, equals).strip().toLowerCase(Locale.ROOT),
                        unescaped(property.substring(equals + 1)
                                .strip()
                                .replace("%3A", ":")
                                .replace("%2C", ",")));
            }
        }
        return properties;
    }

    private static String unescaped(String text) {
        return text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%");
    }

    @Override
    public Map<String, String> outputs() {
        return Map.copyOf(outputs);
    }

    @Override
    public Map<String, String> state() {
        return Map.copyOf(state);
    }

    @Override
    public List<String> masks() {
        return List.copyOf(asked);
    }
}
