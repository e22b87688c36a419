package dev.proa.delivery.argo;

import dev.proa.api.apiextensions.v1.CustomResourceDefinition;
import dev.proa.api.status.Reason;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.client.ResourceClient;

/** Brings the definitions of the five kinds into a cluster. */
public final class InstalledDefinitions {
    /** The annotation of definitions that Proa brought, and may replace by newer ones. */
    private static final String OWN = "delivery.proa.dev/definition";

    private InstalledDefinitions() {}

    /**
     * Creates the definitions that are missing and replaces Proa's own former ones; those that somebody else brought, as Argo Rollouts itself, are
     * left as they are. They may take a moment until they are served.
     */
    public static void install(Client client) {
        ResourceClient<CustomResourceDefinition> resource = client.resource(CustomResourceDefinition.KIND);
        for (MapValue manifest : Definitions.all()) {
            MapValue wanted =
                    manifest.withMap("metadata", metadata -> metadata.with("annotations", MapValue.of(OWN, "true")));
            CustomResourceDefinition there =
                    resource.find(wanted.map("metadata").string("name"));
            if (there == null) {
                create(resource, wanted);
            } else if (there.annotations().containsKey(OWN) && !same(there.value(), wanted)) {
                resource.update(new CustomResourceDefinition(there.value().with("spec", wanted.map("spec"))));
            }
        }
    }

    private static void create(ResourceClient<CustomResourceDefinition> resource, MapValue wanted) {
        try {
            resource.create(new CustomResourceDefinition(wanted));
        } catch (StatusException e) {
            if (!e.is(Reason.AlreadyExists)) {
                throw e;
            }
        }
    }

    /** The server adds defaults to a spec, but leaves its versions alone. */
    private static boolean same(MapValue there, MapValue wanted) {
        return there.map("spec").list("versions").equals(wanted.map("spec").list("versions"));
    }

    /** Whether all five kinds are served. */
    public static boolean areServed(Client client) {
        ResourceClient<CustomResourceDefinition> resource = client.resource(CustomResourceDefinition.KIND);
        return Definitions.all().stream().allMatch(manifest -> {
            CustomResourceDefinition there =
                    resource.find(manifest.map("metadata").string("name"));
            return there != null
                    && there.status().conditions().stream()
                            .anyMatch(condition -> condition.type().equals("Established")
                                    && condition.status().equals("True"));
        });
    }
}
