package dev.proa.embedded.flowcontrol;

import dev.proa.api.flowcontrol.v1.FlowSchema;
import dev.proa.api.flowcontrol.v1.PriorityLevelConfiguration;
import dev.proa.api.meta.v1.DeleteOptions;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.KubeObject;
import dev.proa.client.Client;
import dev.proa.client.ResourceClient;
import dev.proa.client.informer.Informer;
import dev.proa.server.flowcontrol.BootstrapConfiguration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Keeps the objects of flow control that every cluster has. Mandatory ones are as they should be, whatever somebody writes; suggested ones for as
 * long as their annotation says so. What an earlier version made, and this one does not, goes.
 */
final class BootstrapObjects {
    private final ResourceClient<FlowSchema> schemaClient;
    private final ResourceClient<PriorityLevelConfiguration> levelClient;
    private final Informer<FlowSchema> schemas;
    private final Informer<PriorityLevelConfiguration> levels;

    BootstrapObjects(Client client, Informer<FlowSchema> schemas, Informer<PriorityLevelConfiguration> levels) {
        this.schemaClient = client.resource(FlowSchema.KIND);
        this.levelClient = client.resource(PriorityLevelConfiguration.KIND);
        this.schemas = schemas;
        this.levels = levels;
    }

    void ensure() {
        Set<String> levelNames = new HashSet<>();
        Set<String> schemaNames = new HashSet<>();
        ensure(levelClient, levels, BootstrapConfiguration.suggestedLevels(), false, levelNames);
        ensure(schemaClient, schemas, BootstrapConfiguration.suggestedSchemas(), false, schemaNames);
        ensure(levelClient, levels, BootstrapConfiguration.mandatoryLevels(), true, levelNames);
        ensure(schemaClient, schemas, BootstrapConfiguration.mandatorySchemas(), true, schemaNames);
        removeOthers(schemaClient, schemas, schemaNames);
        removeOthers(levelClient, levels, levelNames);
    }

    private static <T extends KubeObject> void ensure(
            ResourceClient<T> client,
            Informer<T> informer,
            List<MapValue> wanted,
            boolean mandatory,
            Set<String> names) {
        for (MapValue object : wanted) {
            String name = object.map("metadata").string("name");
            names.add(name);
            T present = informer.get("", name);
            try {
                if (present == null) {
                    client.create(client.kind().of(object));
                    continue;
                }
                MapValue revised = revised(present.value(), object, mandatory);
                if (!revised.equals(present.value())) {
                    client.update(client.kind().of(revised));
                }
            } catch (StatusException e) {
                if (e.code() != 409 && e.code() != 404) { // the informer lags behind: the next time
                    throw e;
                }
            }
        }
    }

    /** An object as it should be. */
    static MapValue revised(MapValue present, MapValue wanted, boolean mandatory) {
        MapValue metadata = present.map("metadata");
        String annotation = metadata.map("annotations").string(BootstrapConfiguration.AUTO_UPDATE);
        boolean follows = mandatory
                || (isBoolean(annotation)
                        ? isTrue(annotation)
                        : metadata.integer("generation", 0) == 1); // nobody has changed it
        MapValue revised = follows ? present.with("spec", wanted.get("spec")) : present;
        return isBoolean(annotation) && isTrue(annotation) == follows
                ? revised
                : revised.withMap(
                        "metadata",
                        meta -> meta.withMap(
                                "annotations",
                                all -> all.with(BootstrapConfiguration.AUTO_UPDATE, Boolean.toString(follows))));
    }

    private static boolean isBoolean(String text) {
        return isTrue(text) || Set.of("0", "f", "F", "false", "FALSE", "False").contains(text);
    }

    private static boolean isTrue(String text) {
        return Set.of("1", "t", "T", "true", "TRUE", "True").contains(text);
    }

    private static <T extends KubeObject> void removeOthers(
            ResourceClient<T> client, Informer<T> informer, Set<String> names) {
        for (T object : informer.list()) {
            MapValue metadata = object.value().map("metadata");
            String name = metadata.string("name");
            if (names.contains(name)
                    || !isTrue(metadata.map("annotations").string(BootstrapConfiguration.AUTO_UPDATE))) {
                continue;
            }
            DeleteOptions options = DeleteOptions.EMPTY.withPreconditions(
                    p -> p.withUid(metadata.string("uid")).withResourceVersion(metadata.string("resourceVersion")));
            try {
                client.delete(name, options);
            } catch (StatusException e) {
                if (e.code() != 404 && e.code() != 409) {
                    throw e;
                }
            }
        }
    }
}
