package dev.proa.delivery;

import dev.proa.api.codec.Json;
import dev.proa.api.meta.v1.DeleteOptions;
import dev.proa.api.schema.SchemaCatalog;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.AnyObject;
import dev.proa.api.view.Kind;
import dev.proa.client.Client;
import dev.proa.client.ResourceClient;
import dev.proa.delivery.config.DeliveryFailure;
import dev.proa.delivery.source.Kinds;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Applies manifests as client-side {@code kubectl apply} does, with the same annotation, so that both can be used on
 * the same objects.
 */
final class Applier {
    static final String LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";
    private static final int TRIES = 5;

    private final Client client;
    private final Function<MapValue, String> named;
    private final boolean generated;
    private final ChangeCause cause;

    /**
     * @param named gives the name of an object in messages
     * @param generated whether the manifests are generated: then their number of replicas is only the initial one, and
     *     later changes by others are kept
     */
    Applier(Client client, Function<MapValue, String> named, boolean generated) {
        this(client, named, generated, ChangeCause.NONE);
    }

    /** @param cause is noted at Deployments whose pods change */
    Applier(Client client, Function<MapValue, String> named, boolean generated, ChangeCause cause) {
        this.cause = cause;
        this.client = client;
        this.named = named;
        this.generated = generated;
    }

    enum Change {
        CREATED,
        CONFIGURED,
        /** Deleted and created. */
        REPLACED,
        UNCHANGED;

        @Override
        public String toString() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /**
     * Creates or updates the object to match the manifest. A Job whose pods are to be others is deleted and created, for its template
     * never changes.
     *
     * @throws DeliveryFailure when the API rejects it; the message is the API's
     */
    Change apply(MapValue manifest) {
        Kind<AnyObject> kind = Kinds.of(manifest);
        MapValue metadata = manifest.map("metadata");
        ResourceClient<AnyObject> resource = client.resource(kind).in(metadata.string("namespace"));
        String name = metadata.string("name");
        MapValue wanted = annotated(manifest);
        boolean replaced = false;
        try {
            for (int i = 0; i < TRIES; i++) {
                AnyObject live = resource.find(name);
                try {
                    if (live == null) {
                        resource.create(kind.of(cause.on(wanted)));
                        return replaced ? Change.REPLACED : Change.CREATED;
                    }
                    MapValue merged = merged(live.value(), wanted);
                    if (merged.equals(live.value())) {
                        return Change.UNCHANGED;
                    }
                    AnyObject after = resource.update(kind.of(merged));
                    return after.resourceVersion().equals(live.resourceVersion())
                            ? Change.UNCHANGED
                            : Change.CONFIGURED;
                } catch (StatusException e) {
                    if (live != null && isAnotherJob(manifest, e)) {
                        replaced = true;
                        delete(resource, live);
                    } else if (e.code() != 409) {
                        throw e;
                    }
                }
            }
            throw new DeliveryFailure(named.apply(manifest) + " changes all the time; somebody else is writing it");
        } catch (StatusException e) {
            throw new DeliveryFailure(named.apply(manifest) + " was refused: " + e.getMessage());
        }
    }

    /** Whether an update was refused for nothing but that it changes what of a Job never changes. */
    private static boolean isAnotherJob(MapValue manifest, StatusException e) {
        ListValue causes = e.status().map("details").list("causes");
        boolean immutable = e.code() == 422 && !causes.isEmpty();
        for (int i = 0; i < causes.size(); i++) {
            immutable &= causes.map(i).string("message").endsWith("field is immutable");
        }
        return immutable
                && manifest.string("kind").equals("Job")
                && manifest.string("apiVersion").equals("batch/v1");
    }

    /** Its pods go with it. */
    private static void delete(ResourceClient<AnyObject> resource, AnyObject live) {
        MapValue options =
                MapValue.of("propagationPolicy", "Background", "preconditions", MapValue.of("uid", live.uid()));
        try {
            resource.delete(live.name(), new DeleteOptions(options));
        } catch (StatusException e) {
            if (e.code() != 404 && e.code() != 409) { // gone, or another one meanwhile
                throw e;
            }
        }
    }

    /**
     * Sends all manifests as dry runs before any is applied, so that a mistake in one changes nothing.
     *
     * @throws DeliveryFailure when one would be rejected
     */
    void check(List<MapValue> manifests) {
        Set<String> namespaces = manifests.stream()
                .filter(manifest -> manifest.string("kind").equals("Namespace"))
                .map(manifest -> manifest.map("metadata").string("name"))
                .collect(Collectors.toSet());
        for (MapValue manifest : manifests) {
            Kind<AnyObject> kind = Kinds.of(manifest);
            String namespace = manifest.map("metadata").string("namespace");
            ResourceClient<AnyObject> resource = client.resource(kind).in(namespace);
            ResourceClient<AnyObject> checked = resource.dryRun().strict(); // rejects misspelt fields, as kubectl does
            try {
                AnyObject live = resource.find(manifest.map("metadata").string("name"));
                if (live == null) {
                    checked.create(kind.of(annotated(manifest)));
                    continue;
                }
                MapValue merged = merged(live.value(), annotated(manifest));
                if (!merged.equals(live.value())) {
                    update(checked, kind, merged, manifest);
                }
            } catch (StatusException e) {
                // Objects in a namespace that is yet to be created cannot be checked, and a conflict will be over by
                // then.
                boolean early = e.code() == 404 && namespaces.contains(namespace);
                if (!early && e.code() != 409) {
                    throw new DeliveryFailure(
                            named.apply(manifest) + " was refused: " + e.getMessage() + "\nNothing was changed.");
                }
            }
        }
    }

    private static void update(
            ResourceClient<AnyObject> checked, Kind<AnyObject> kind, MapValue merged, MapValue manifest) {
        try {
            checked.update(kind.of(merged));
        } catch (StatusException e) {
            if (!isAnotherJob(manifest, e)) {
                throw e;
            }
            checked.create(kind.of(
                    annotated(manifest))); // which conflicts with the one that will be gone, if nothing else is wrong
        }
    }

    /**
     * An object before and after it would be applied; empty when it does not exist before.
     *
     * @param after as the API would store it
     */
    record Preview(MapValue before, MapValue after) {}

    /**
     * Sends a manifest as a dry run.
     *
     * @throws DeliveryFailure when the API would reject it
     */
    Preview preview(MapValue manifest) {
        Kind<AnyObject> kind = Kinds.of(manifest);
        ResourceClient<AnyObject> resource =
                client.resource(kind).in(manifest.map("metadata").string("namespace"));
        try {
            AnyObject live = resource.find(manifest.map("metadata").string("name"));
            if (live == null) {
                return new Preview(
                        MapValue.EMPTY,
                        resource.dryRun().create(kind.of(annotated(manifest))).value());
            }
            return new Preview(
                    live.value(), updated(resource, kind, merged(live.value(), annotated(manifest)), manifest));
        } catch (StatusException e) {
            throw new DeliveryFailure(named.apply(manifest) + " was refused: " + e.getMessage());
        }
    }

    private static MapValue updated(
            ResourceClient<AnyObject> resource, Kind<AnyObject> kind, MapValue merged, MapValue manifest) {
        try {
            return resource.dryRun().update(kind.of(merged)).value();
        } catch (StatusException e) {
            if (!isAnotherJob(manifest, e)) {
                throw e;
            }
            return merged;
        }
    }

    private MapValue merged(MapValue live, MapValue wanted) {
        MapValue last = lastApplied(live);
        MapValue merged = ThreeWayMerge.merge(
                live,
                last.without("status"),
                wanted.without("status"),
                SchemaCatalog.builtin().kind(live.string("apiVersion"), live.string("kind")));
        MapValue spec = live.map("spec");
        MapValue scaled = generated && spec.has("replicas")
                ? merged.withMap("spec", after -> after.with("replicas", spec.get("replicas")))
                : merged;
        return spec.map("template").equals(scaled.map("spec").map("template")) ? scaled : cause.on(scaled);
    }

    /** The manifest that was applied to an object; empty when none was. */
    static MapValue lastApplied(MapValue object) {
        return object.map("metadata").map("annotations").get(LAST_APPLIED) instanceof String text
                ? Json.decodeMap(text)
                : MapValue.EMPTY;
    }

    private static MapValue annotated(MapValue manifest) {
        String text = Json.toString(manifest) + "\n";
        return manifest.withMap(
                "metadata", metadata -> metadata.withMap("annotations", all -> all.with(LAST_APPLIED, text)));
    }
}
