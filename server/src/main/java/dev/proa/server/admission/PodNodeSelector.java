package dev.proa.server.admission;

import dev.proa.api.config.ConfigObject;
import dev.proa.api.status.Reason;
import dev.proa.api.status.Resource;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.server.admission.AdmissionAttributes.Operation;
import dev.proa.server.store.Key;
import dev.proa.server.store.StoredObject;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Places the pods of a namespace on the nodes that an annotation of it, or the configuration of the cluster, selects. Kubernetes' admission
 * plugin of this name.
 */
public final class PodNodeSelector implements MutatingPlugin, ValidatingPlugin {
    private static final String ANNOTATION = "scheduler.alpha.kubernetes.io/node-selector";
    private static final String OTHERWISE = "clusterDefaultNodeSelector";

    private final Map<String, String> selectors;

    /** @param selectors which labels pods may select, by namespace; what is selected by default, by {@code clusterDefaultNodeSelector} */
    public PodNodeSelector(Map<String, String> selectors) {
        this.selectors = Map.copyOf(selectors);
    }

    /** Reads {@code podNodeSelectorPluginConfig}. */
    public static Map<String, String> configuration(ConfigObject file) {
        return file.textMap("podNodeSelectorPluginConfig");
    }

    @Override
    public String name() {
        return "PodNodeSelector";
    }

    @Override
    public boolean handles(Operation operation, Resource resource, String subresource) {
        return operation == Operation.CREATE && PodAttributes.isPods(resource) && subresource.isEmpty();
    }

    @Override
    public MapValue admit(AdmissionAttributes attributes) {
        Map<String, String> wanted = ofNamespace(attributes);
        MapValue spec = attributes.object().map("spec");
        MapValue selector = spec.map("nodeSelector");
        checkConflict(attributes, wanted, selector);
        MapValue merged = selector;
        for (Map.Entry<String, String> label : wanted.entrySet()) {
            merged = merged.has(label.getKey()) ? merged : merged.with(label.getKey(), label.getValue());
        }
        MapValue admitted = merged == selector
                ? attributes.object()
                : PodAttributes.withSpec(attributes, spec.with("nodeSelector", merged));
        validate(attributes.withObject(admitted));
        return admitted;
    }

    @Override
    public void validate(AdmissionAttributes attributes) {
        MapValue selector = attributes.object().map("spec").map("nodeSelector");
        checkConflict(attributes, ofNamespace(attributes), selector);
        Map<String, String> allowed = labels(selectors.getOrDefault(attributes.namespace(), ""));
        selector.forEach(entry -> {
            if (!allowed.isEmpty()
                    && (!allowed.containsKey(entry.getKey())
                            || !Objects.equals(allowed.get(entry.getKey()), entry.getValue()))) {
                throw attributes.forbidden("pod node label selector labels conflict with its namespace whitelist");
            }
        });
    }

    private static void checkConflict(AdmissionAttributes attributes, Map<String, String> wanted, MapValue selector) {
        wanted.forEach((name, value) -> {
            if (selector.has(name) && !value.equals(selector.get(name))) {
                throw attributes.forbidden("pod node label selector conflicts with its namespace node label selector");
            }
        });
    }

    private Map<String, String> ofNamespace(AdmissionAttributes attributes) {
        StoredObject namespace = attributes.snapshot().get(new Key("namespaces", "", attributes.namespace()));
        if (namespace == null) {
            throw StatusException.notFound(new Resource("", "namespaces"), attributes.namespace());
        }
        MapValue annotations = namespace.value().map("metadata").map("annotations");
        return labels(
                annotations.has(ANNOTATION) ? annotations.string(ANNOTATION) : selectors.getOrDefault(OTHERWISE, ""));
    }

    /** {@code a=b,c=d}. */
    private static Map<String, String> labels(String text) {
        Map<String, String> labels = new TreeMap<>();
        if (text.isEmpty()) {
            return labels;
        }
        for (String label : text.split(",", -1)) {
            String[] parts = label.split("=", -1);
            if (parts.length != 2) {
                throw StatusException.of(Reason.Unknown, "invalid selector: [" + label + "]", MapValue.EMPTY);
            }
            labels.put(parts[0].strip(), parts[1].strip());
        }
        return labels;
    }
}
