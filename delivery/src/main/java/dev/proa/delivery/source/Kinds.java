package dev.proa.delivery.source;

import dev.proa.api.resource.ResourceCatalog;
import dev.proa.api.resource.ResourceType;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.AnyObject;
import dev.proa.api.view.Kind;
import dev.proa.delivery.argo.AnalysisRun;
import dev.proa.delivery.argo.AnalysisTemplate;
import dev.proa.delivery.argo.ClusterAnalysisTemplate;
import dev.proa.delivery.argo.Experiment;
import dev.proa.delivery.argo.Rollout;
import dev.proa.delivery.config.DeliveryFailure;
import java.util.List;
import java.util.Locale;

/** The kinds of manifests, and their names in messages. */
public final class Kinds {
    /** The kinds of Argo Rollouts, which every cluster of Proa serves. */
    private static final List<Kind<?>> ARGO = List.of(
            Rollout.KIND, AnalysisTemplate.KIND, ClusterAnalysisTemplate.KIND, AnalysisRun.KIND, Experiment.KIND);

    private Kinds() {}

    /**
     * The kind of a manifest.
     *
     * @throws DeliveryFailure when there is no such kind
     */
    public static Kind<AnyObject> of(MapValue manifest) {
        String apiVersion = manifest.string("apiVersion");
        String kind = manifest.string("kind");
        for (Kind<?> argo : ARGO) {
            if (argo.apiVersion().equals(apiVersion) && argo.kind().equals(kind)) {
                return Kind.any(argo.group(), argo.version(), kind, argo.plural(), argo.namespaced());
            }
        }
        ResourceType type = ResourceCatalog.builtin().byKind(apiVersion, kind);
        if (type == null) {
            throw new DeliveryFailure("there is no kind \"" + kind + "\" in version \"" + apiVersion
                    + "\"; check apiVersion and kind of the manifest");
        }
        return Kind.any(type.group(), type.version(), type.kind(), type.plural(), type.namespaced());
    }

    /** As {@code deployment.apps/hello}. */
    public static String describe(MapValue manifest) {
        String apiVersion = manifest.string("apiVersion");
        String group = apiVersion.contains("/") ? "." + apiVersion.substring(0, apiVersion.indexOf('/')) : "";
        return manifest.string("kind").toLowerCase(Locale.ROOT) + group + "/"
                + manifest.map("metadata").string("name");
    }
}
