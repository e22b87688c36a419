package dev.proa.server.table;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The columns and cells of one resource's tables. Immutable. */
public final class TableFormat {
    private static final ListValue DEFAULT_COLUMNS = ListValue.of(
            column(
                    "Name",
                    "string",
                    "name",
                    0,
                    "Name must be unique within a namespace. Is required when creating resources, although some resources may allow a"
                            + " client to request the generation of an appropriate name automatically. Name is primarily intended for"
                            + " creation idempotence and configuration definition. Cannot be updated. More info:"
                            + " https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names"),
            column(
                    "Created At",
                    "date",
                    "",
                    0,
                    "CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to"
                            + " be set in happens-before order across separate operations. Clients may not set this value. It is"
                            + " represented in RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for lists. More"
                            + " info:"
                            + " https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata"));
    private static final Cells DEFAULT_CELLS = (object, now) -> ListValue.of(
            object.map("metadata").string("name"), object.map("metadata").string("creationTimestamp"));

    private final ListValue columns;
    private final Cells cells;

    TableFormat(ListValue columns, Cells cells) {
        this.columns = columns;
        this.cells = cells;
    }

    /** The cells of a kind. */
    @FunctionalInterface
    interface Cells {
        ListValue of(MapValue object, Instant now);
    }

    /** The format of a built-in resource, or of metrics; for others, name and age. */
    public static TableFormat of(String group, String version, String resource) {
        if (group.equals(MetricsCells.GROUP)) {
            return MetricsCells.format();
        }
        Cells cells = cells(group, resource);
        ListValue columns = Columns.BY_RESOURCE.get(group + "/" + version + "/" + resource);
        return cells == null || columns == null
                ? new TableFormat(DEFAULT_COLUMNS, DEFAULT_CELLS)
                : new TableFormat(columns, cells);
    }

    /**
     * The format of a custom resource: its name, and the columns of its definition, or its age when there are none.
     *
     * @param columns {@code additionalPrinterColumns}
     */
    public static TableFormat custom(ListValue columns) {
        return CustomCells.format(
                columns, DEFAULT_COLUMNS.map(0), DEFAULT_COLUMNS.map(1).string("description"));
    }

    /** The definitions of the columns ({@code TableColumnDefinition}). */
    public ListValue columns() {
        return columns;
    }

    /**
     * The row of an object, without the object itself.
     *
     * @param object in the shape of its stored version
     */
    public MapValue row(MapValue object, Instant now) {
        ListValue row = cells.of(object, now);
        if (object.string("kind").equals("Pod")) {
            String phase = object.map("status").string("phase");
            if (phase.equals("Succeeded") || phase.equals("Failed")) {
                String message = phase.equals("Succeeded") ? "The pod has completed successfully." : "The pod failed.";
                return MapValue.of(
                        "cells",
                        row,
                        "conditions",
                        ListValue.of(MapValue.of(
                                "type", "Completed", "status", "True", "reason", phase, "message", message)));
            }
        }
        return MapValue.of("cells", row);
    }

    private static @org.jspecify.annotations.Nullable Cells cells(String group, String resource) {
        return switch (group) {
            case "", "events.k8s.io", "coordination.k8s.io" -> CoreCells.of(resource);
            case "apps", "batch", "autoscaling", "policy", "scheduling.k8s.io", "node.k8s.io" ->
                WorkloadCells.of(resource);
            case "networking.k8s.io", "discovery.k8s.io" -> NetworkingCells.of(resource);
            case "rbac.authorization.k8s.io" -> RbacCells.of(resource);
            case "storage.k8s.io" -> StorageCells.of(resource);
            case "admissionregistration.k8s.io" -> AdmissionCells.of(resource);
            case "resource.k8s.io" -> DeviceCells.of(resource);
            case "flowcontrol.apiserver.k8s.io" -> FlowCells.of(resource);
            case "apiregistration.k8s.io", "certificates.k8s.io" -> ExtensionCells.of(resource);
            default -> null;
        };
    }

    static MapValue column(String name, String type, String format, long priority, String description) {
        return MapValue.of(
                "name", name, "type", type, "format", format, "description", description, "priority", priority);
    }

    /** Loaded for the first table. */
    private static final class Columns {
        static final Map<String, ListValue> BY_RESOURCE = read();

        private static Map<String, ListValue> read() {
            try (InputStream in = TableFormat.class.getResourceAsStream("columns.txt")) {
                if (in == null) {
                    throw new IllegalStateException("columns.txt is not in the jar; build module server");
                }
                return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** A line {@code group/version/resource}, and below it an indented line for each column. */
        private static Map<String, ListValue> parse(String text) {
            Map<String, ListValue> all = new HashMap<>();
            String resource = "";
            List<MapValue> columns = new ArrayList<>();
            for (String line : text.lines().toList()) {
                if (!line.startsWith("\t")) {
                    all.put(resource, ListValue.copyOf(columns));
                    resource = line;
                    columns = new ArrayList<>();
                    continue;
                }
                String[] words = line.split("\t", -1);
                columns.add(
                        column(words[1], words[2], words[3], Long.parseLong(words[4]), words[5].replace("\\n", "\n")));
            }
            all.put(resource, ListValue.copyOf(columns));
            return all;
        }
    }
}
