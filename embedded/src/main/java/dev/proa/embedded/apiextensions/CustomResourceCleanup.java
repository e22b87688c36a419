package dev.proa.embedded.apiextensions;

import dev.proa.api.apiextensions.v1.CustomResourceDefinition;
import dev.proa.api.apiextensions.v1.CustomResourceDefinitionVersion;
import dev.proa.api.meta.v1.DeleteOptions;
import dev.proa.api.view.AnyObject;
import dev.proa.api.view.Kind;
import dev.proa.client.Client;
import dev.proa.client.ListOptions;
import dev.proa.client.ResourceClient;
import dev.proa.server.apiextensions.CustomResource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Deletes the custom resources of a definition that is being deleted, so that their own finalizers are respected. Admission is not asked: a
 * webhook or policy cannot keep a definition from going, as it cannot in Kubernetes.
 */
final class CustomResourceCleanup {
    /** How often to look whether custom resources with finalizers are gone. */
    static final Duration POLL = Duration.ofSeconds(1);

    private final Client client;

    /** @param client deletes without admission */
    CustomResourceCleanup(Client client) {
        this.client = client;
    }

    /** Whether a definition waits for its custom resources to go. */
    boolean isWaiting(CustomResourceDefinition definition) {
        return definition.metadata().finalizers().contains(CustomResource.CLEANUP_FINALIZER);
    }

    /** The definition, which no longer waits. */
    CustomResourceDefinition done(CustomResourceDefinition definition) {
        List<String> left = new ArrayList<>(definition.metadata().finalizers());
        left.remove(CustomResource.CLEANUP_FINALIZER);
        return definition.withMetadata(metadata -> metadata.withFinalizers(left));
    }

    /** Deletes all custom resources of a definition; returns whether there is none left. */
    boolean delete(CustomResourceDefinition definition) {
        ResourceClient<AnyObject> resources = resources(definition);
        Set<String> namespaces = new TreeSet<>();
        for (AnyObject object : resources.list()) {
            if (!object.isDeleting()) {
                namespaces.add(object.namespace());
            }
        }
        for (String namespace : namespaces) {
            ResourceClient<AnyObject> some = namespace.isEmpty() ? resources : resources.in(namespace);
            some.deleteCollection(DeleteOptions.EMPTY, ListOptions.ALL);
        }
        return resources.list().isEmpty();
    }

    /** The resource in its stored version, which needs no conversion; while a definition is being deleted, that is always served. */
    private ResourceClient<AnyObject> resources(CustomResourceDefinition definition) {
        CustomResourceDefinitionVersion stored = definition.spec().versions().stream()
                .filter(CustomResourceDefinitionVersion::storage)
                .findFirst()
                .orElseThrow();
        return client.resource(Kind.any(
                definition.spec().group(),
                stored.name(),
                definition.spec().names().kind(),
                definition.spec().names().plural(),
                definition.spec().scope().equals("Namespaced")));
    }
}
