package dev.proa.server.admission;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.codec.Json;
import dev.proa.api.config.ConfigObject;
import dev.proa.api.pod.PodRequests;
import dev.proa.api.status.Reason;
import dev.proa.api.status.Resource;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.admission.AdmissionAttributes.Operation;
import dev.proa.server.store.Key;
import dev.proa.server.store.StoredObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Gives pods the default tolerations of their namespace, and refuses those that the namespace does not allow. Both are annotations of
 * the namespace; what the cluster says counts where there are none. Kubernetes' admission plugin of this name.
 */
public final class PodTolerationRestriction implements MutatingPlugin, ValidatingPlugin {
    private static final String DEFAULT = "scheduler.alpha.kubernetes.io/defaultTolerations";
    private static final String ALLOWED = "scheduler.alpha.kubernetes.io/tolerationsWhitelist";
    private static final MapValue MEMORY_PRESSURE =
            MapValue.of("key", "node.kubernetes.io/memory-pressure", "operator", "Exists", "effect", "NoSchedule");

    private final Configuration configuration;

    /**
     * What counts in namespaces that say nothing.
     *
     * @param defaults what pods get
     * @param allowed what they may have; anything when it is empty
     */
    public record Configuration(ListValue defaults, ListValue allowed) {
        /** Nothing is added or refused. */
        public static final Configuration NONE = new Configuration(ListValue.EMPTY, ListValue.EMPTY);

        /**
         * Reads {@code Configuration} of {@code podtolerationrestriction.admission.k8s.io}.
         *
         * @throws IllegalArgumentException when it is not as it should be; the message says where
         */
        public static Configuration of(ConfigObject file) {
            file.require("podtolerationrestriction.admission.k8s.io", Set.of("v1alpha1"), "Configuration");
            return new Configuration(tolerations(file.objects("default")), tolerations(file.objects("whitelist")));
        }

        private static ListValue tolerations(List<ConfigObject> list) {
            List<MapValue> tolerations = new ArrayList<>();
            for (ConfigObject each : list) {
                MapValue.Builder toleration = MapValue.builder();
                for (String field : List.of("key", "operator", "value", "effect")) {
                    toleration.putIfPresent(field, each.text(field).orElse(null));
                }
                if (each.has("tolerationSeconds")) {
                    toleration.put("tolerationSeconds", each.integer("tolerationSeconds", 0));
                }
                each.end();
                tolerations.add(toleration.build());
            }
            return ListValue.copyOf(tolerations);
        }
    }

    public PodTolerationRestriction(Configuration configuration) {
        this.configuration = configuration;
    }

    @Override
    public String name() {
        return "PodTolerationRestriction";
    }

    @Override
    public boolean handles(Operation operation, Resource resource, String subresource) {
        return PodAttributes.isPods(resource)
                && subresource.isEmpty()
                && (operation == Operation.CREATE || operation == Operation.UPDATE);
    }

    @Override
    public MapValue admit(AdmissionAttributes attributes) {
        MapValue pod = attributes.object();
        ListValue extra = ListValue.EMPTY;
        if (attributes.operation() == Operation.CREATE) {
            ListValue ofNamespace = annotated(attributes, DEFAULT);
            extra = ofNamespace == null ? configuration.defaults() : ofNamespace;
        }
        if (!PodRequests.isBestEffort(pod)) {
            extra = extra.plus(MEMORY_PRESSURE);
        }
        MapValue spec = pod.map("spec");
        if (!extra.isEmpty()) {
            ListValue merged = Tolerations.merged(spec.list("tolerations"), extra);
            spec = merged.equals(spec.list("tolerations")) ? spec : spec.with("tolerations", merged);
        }
        MapValue admitted = PodAttributes.withSpec(attributes, spec);
        validate(attributes.withObject(admitted));
        return admitted;
    }

    @Override
    public void validate(AdmissionAttributes attributes) {
        ListValue tolerations = attributes.object().map("spec").list("tolerations");
        ListValue ofNamespace = annotated(attributes, ALLOWED);
        ListValue allowed = ofNamespace == null ? configuration.allowed() : ofNamespace;
        if (!Tolerations.areAllowed(tolerations, allowed)) {
            throw StatusException.of(
                    Reason.Unknown, // as Kubernetes: no Forbidden
                    "pod tolerations (possibly merged with namespace default tolerations) conflict with its "
                            + (ofNamespace == null ? "cluster" : "namespace") + " whitelist",
                    MapValue.EMPTY);
        }
    }

    /** The tolerations in an annotation of the pod's namespace; null when it has none. */
    private static @Nullable ListValue annotated(AdmissionAttributes attributes, String annotation) {
        StoredObject namespace = attributes.snapshot().get(new Key("namespaces", "", attributes.namespace()));
        MapValue annotations = namespace == null
                ? MapValue.EMPTY
                : namespace.value().map("metadata").map("annotations");
        if (!annotations.has(annotation)) {
            return null;
        }
        String text = annotations.string(annotation);
        if (text.isEmpty()) {
            return ListValue.EMPTY;
        }
        try {
            if (Json.decode(text.getBytes(StandardCharsets.UTF_8)) instanceof ListValue list) {
                return list;
            }
        } catch (DecodeException e) {
            throw malformed(annotation, String.valueOf(e.getMessage()));
        }
        throw malformed(annotation, "must be a list");
    }

    private static StatusException malformed(String annotation, String why) {
        return StatusException.of(Reason.Unknown, "annotation " + annotation + ": " + why, MapValue.EMPTY);
    }
}
