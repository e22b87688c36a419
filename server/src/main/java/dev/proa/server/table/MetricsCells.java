package dev.proa.server.table;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Quantity;
import java.time.Instant;

/** The cells of {@code metrics.k8s.io}: what a node or all containers of a pod use, and in how long it was measured. */
final class MetricsCells implements TableFormat.Cells {
    static final String GROUP = "metrics.k8s.io";

    private static final TableFormat FORMAT = new TableFormat(
            ListValue.of(
                    TableFormat.column("Name", "string", "name", 0, "Name of the resource"),
                    TableFormat.column("cpu", "string", "quantity", 0, ""),
                    TableFormat.column("memory", "string", "quantity", 0, ""),
                    TableFormat.column("Window", "string", "duration", 0, "")),
            new MetricsCells());

    private MetricsCells() {}

    /** The same for nodes and pods. */
    static TableFormat format() {
        return FORMAT;
    }

    @Override
    public ListValue of(MapValue object, Instant now) {
        return ListValue.of(
                object.map("metadata").string("name"),
                usage(object, "cpu").toString(),
                usage(object, "memory").toString(),
                object.string("window"));
    }

    private static Quantity usage(MapValue object, String resource) {
        if (object.has("usage")) {
            return Quantity.from(object.map("usage").get(resource));
        }
        Quantity sum = null;
        ListValue containers = object.list("containers");
        for (int i = 0; i < containers.size(); i++) {
            Quantity one = Quantity.from(containers.map(i).map("usage").get(resource));
            sum = sum == null ? one : sum.plus(one);
        }
        return sum == null ? Quantity.ZERO : sum;
    }
}
