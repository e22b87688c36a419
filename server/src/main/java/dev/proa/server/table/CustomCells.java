package dev.proa.server.table;

import dev.proa.api.jsonpath.JsonPath;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The cells of custom resources: the name, and what the paths of other columns find. */
final class CustomCells implements TableFormat.Cells {
    private final List<Column> columns;

    private CustomCells(List<Column> columns) {
        this.columns = columns;
    }

    private record Column(String type, JsonPath path) {
        @Nullable
        Object cell(MapValue object, Instant now) {
            List<@Nullable Object> found;
            try {
                found = path.find(object);
            } catch (JsonPath.EvaluationException e) {
                return null;
            }
            if (found.isEmpty()) {
                return null;
            }
            Object value = found.getFirst();
            return type.equals("string")
                    ? value == null ? "<no value>" : JsonPath.printed(value)
                    : formatted(value, now);
        }

        private @Nullable Object formatted(@Nullable Object value, Instant now) {
            return switch (type) {
                case "integer" -> value instanceof Number number ? number.longValue() : null;
                case "number" -> value instanceof Number number ? number.doubleValue() : null;
                case "boolean" -> value instanceof Boolean ? value : null;
                case "date" -> value instanceof String text ? age(text, now) : null;
                default -> null;
            };
        }

        private static String age(String text, Instant now) {
            if (text.isEmpty() || text.equals("null")) {
                return Text.UNKNOWN;
            }
            Instant time = Times.parse(text);
            return time == null ? "<invalid>" : Text.duration(Duration.between(time, now));
        }
    }

    /**
     * The format of a custom resource.
     *
     * @param columns {@code additionalPrinterColumns}; of one whose path is malformed, and of those after it, there is nothing to see
     * @param name the column of the name
     * @param age the description of the column {@code Age}, which is there when there are no others
     */
    static TableFormat format(ListValue columns, MapValue name, String age) {
        ListValue wanted = columns.isEmpty()
                ? ListValue.of(MapValue.of(
                        "name", "Age", "type", "date", "description", age, "jsonPath", ".metadata.creationTimestamp"))
                : columns;
        List<@Nullable Object> headers = new ArrayList<>();
        headers.add(name);
        List<Column> parsed = new ArrayList<>();
        for (int i = 0; i < wanted.size(); i++) {
            MapValue column = wanted.map(i);
            String path = column.string("jsonPath");
            try {
                parsed.add(new Column(column.string("type"), JsonPath.parse("{" + path + "}")));
            } catch (IllegalArgumentException e) {
                break;
            }
            String description = column.string("description");
            headers.add(TableFormat.column(
                    column.string("name"),
                    column.string("type"),
                    column.string("format"),
                    column.integer("priority", 0),
                    description.isEmpty()
                            ? "Custom resource definition column (in JSONPath format): " + path
                            : description));
        }
        return new TableFormat(ListValue.copyOf(headers), new CustomCells(List.copyOf(parsed)));
    }

    @Override
    public ListValue of(MapValue object, Instant now) {
        List<@Nullable Object> cells = new ArrayList<>(columns.size() + 1);
        cells.add(object.map("metadata").string("name"));
        columns.forEach(column -> cells.add(column.cell(object, now)));
        return ListValue.copyOf(cells);
    }
}
