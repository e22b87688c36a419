package dev.proa.server.resourcemetrics;

import dev.proa.api.resource.ResourceType;
import dev.proa.api.schema.Field;
import dev.proa.api.schema.Schema;
import dev.proa.api.schema.Struct;
import dev.proa.server.catalog.Endpoint;
import dev.proa.server.catalog.ObjectSource;
import dev.proa.server.strategy.ResourceStrategy;
import dev.proa.server.table.TableFormat;
import dev.proa.server.validation.BuiltInTypes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * The endpoints of {@code metrics.k8s.io/v1beta1}, as metrics-server's: the processor time and the memory that nodes and pods use, for
 * {@code kubectl top} and horizontal pod autoscalers. An extension server takes their place when the APIService {@code
 * v1beta1.metrics.k8s.io} names one.
 */
public final class ResourceMetrics {
    public static final String GROUP = "metrics.k8s.io";
    public static final String VERSION = "v1beta1";

    private static final List<String> VERBS = List.of("get", "list");
    private static final String TYPES = "io.k8s.metrics.pkg.apis.metrics.v1beta1.";
    private static final String META = "io.k8s.apimachinery.pkg.apis.meta.v1.";

    private ResourceMetrics() {}

    /**
     * The endpoints.
     *
     * @param nodes gives objects of kind {@code NodeMetrics}
     * @param pods gives objects of kind {@code PodMetrics}
     */
    public static List<Endpoint> endpoints(ObjectSource nodes, ObjectSource pods) {
        Field usage = Field.of("usage", new Schema.MapOf(Schema.Scalar.QUANTITY, false), true);
        Struct container = struct("ContainerMetrics", List.of(), Field.of("name", Schema.Scalar.STRING, true), usage);
        Field containers =
                Field.of("containers", new Schema.ListOf(container, Schema.ListType.ATOMIC, List.of()), true);
        return List.of(
                endpoint("NodeMetrics", "nodes", false, nodes, List.of(), usage),
                endpoint("PodMetrics", "pods", true, pods, List.of(container), containers));
    }

    private static Endpoint endpoint(
            String kind, String plural, boolean namespaced, ObjectSource source, List<Struct> parts, Field measured) {
        Struct type = object(
                kind,
                "ObjectMeta",
                Field.of("timestamp", Schema.Scalar.TIME, true),
                Field.of("window", Schema.Scalar.STRING, true),
                measured);
        Struct list = object(
                kind + "List",
                "ListMeta",
                Field.of("items", new Schema.ListOf(type, Schema.ListType.ATOMIC, List.of()), true));
        List<Struct> types = new ArrayList<>(parts);
        types.addAll(List.of(type, list));
        return Endpoint.computed(
                new ResourceType(
                        GROUP,
                        VERSION,
                        kind,
                        kind + "List",
                        plural,
                        "",
                        namespaced,
                        VERBS,
                        List.of(),
                        List.of(),
                        "",
                        List.of()),
                new ResourceStrategy(
                        namespaced
                                ? ResourceStrategy.Spec.namespaced(GROUP, plural)
                                : ResourceStrategy.Spec.cluster(GROUP, plural)),
                TableFormat.of(GROUP, VERSION, plural),
                types,
                source);
    }

    private static Struct object(String kind, String metadata, Field... fields) {
        List<Field> all = new ArrayList<>(List.of(
                Field.of("apiVersion", Schema.Scalar.STRING, false),
                Field.of("kind", Schema.Scalar.STRING, false),
                Field.of("metadata", BuiltInTypes.struct(META + metadata), false)));
        all.addAll(Arrays.asList(fields));
        return struct(kind, List.of(GROUP + "/" + VERSION + "/" + kind), all.toArray(Field[]::new));
    }

    private static Struct struct(String name, List<String> kinds, Field... fields) {
        List<Field> sorted =
                Arrays.stream(fields).sorted(Comparator.comparing(Field::name)).toList();
        return new Struct(TYPES + name, kinds, false, false, () -> sorted);
    }
}
