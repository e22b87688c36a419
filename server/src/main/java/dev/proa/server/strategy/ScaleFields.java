package dev.proa.server.strategy;

import dev.proa.api.selector.LabelSelector;
import dev.proa.api.value.MapValue;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where an object has the fields that its subresource {@code scale} shows. Safe for any thread. */
public interface ScaleFields {
    /** The fields of built-in resources: {@code spec.replicas}, {@code status.replicas} and {@code spec.selector}. */
    ScaleFields BUILT_IN = new ScaleFields() {
        @Override
        public List<String> specReplicasNames() {
            return List.of("spec", "replicas");
        }

        @Override
        public Long specReplicas(MapValue object) {
            return object.map("spec").integer("replicas", 0);
        }

        @Override
        public long statusReplicas(MapValue object) {
            return object.map("status").integer("replicas", 0);
        }

        /** Those of replication controllers are plain labels. */
        @Override
        public String labelSelector(MapValue object) {
            MapValue selector = object.map("spec").map("selector");
            if (selector.isEmpty()) {
                return "";
            }
            boolean structured = selector.has("matchLabels") || selector.has("matchExpressions");
            return LabelSelector.of(structured ? selector : MapValue.of("matchLabels", selector))
                    .toString();
        }

        @Override
        public MapValue withSpecReplicas(MapValue object, long replicas) {
            return object.withMap("spec", spec -> spec.with("replicas", replicas));
        }
    };

    /** The names of the path to the wanted number of replicas. */
    List<String> specReplicasNames();

    /** The wanted number of replicas; null when the object has none. */
    @Nullable
    Long specReplicas(MapValue object);

    /** The present number of replicas; 0 when the object has none. */
    long statusReplicas(MapValue object);

    /** The selector of the replicas as text; empty when the object has none. */
    String labelSelector(MapValue object);

    /**
     * An object with another wanted number of replicas.
     *
     * @throws IllegalArgumentException when there is a value on the way that is not an object
     */
    MapValue withSpecReplicas(MapValue object, long replicas);
}
