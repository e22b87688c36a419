package dev.proa.server.admission;

import dev.proa.api.resource.ResourceCatalog;
import dev.proa.api.resource.ResourceType;
import dev.proa.api.value.MapValue;
import dev.proa.server.admission.AdmissionAttributes.Operation;
import dev.proa.server.auth.UserInfo;
import dev.proa.server.catalog.ApiCatalog;
import dev.proa.server.resource.Strategies;
import dev.proa.server.resource.network.ServiceRanges;
import dev.proa.server.store.Snapshot;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Random;

/** Attributes of requests for plugins that are tested without an API server. */
public final class TestAttributes {
    private static final ApiCatalog CATALOG = ApiCatalog.builtIn(
            new Strategies(new ServiceRanges("10.96.0.0/16", new Random(1)), InstantSource.system()), "");

    private TestAttributes() {}

    /** Of a request of an administrator for a core resource. */
    public static AdmissionAttributes of(
            Operation operation, String plural, MapValue object, MapValue old, Snapshot snapshot) {
        return of(
                operation,
                Objects.requireNonNull(ResourceCatalog.builtin().byPlural("", "v1", plural)),
                object,
                old,
                snapshot);
    }

    /** Of a request of an administrator. */
    public static AdmissionAttributes of(
            Operation operation, ResourceType type, MapValue object, MapValue old, Snapshot snapshot) {
        return of(operation, type, "", object, old, snapshot);
    }

    /** The same for a subresource. */
    public static AdmissionAttributes of(
            Operation operation,
            ResourceType type,
            String subresource,
            MapValue object,
            MapValue old,
            Snapshot snapshot) {
        MapValue metadata = (object.isEmpty() ? old : object).map("metadata");
        return new AdmissionAttributes(
                UserInfo.of("admin", UserInfo.MASTERS),
                operation,
                type,
                type.resource(),
                subresource,
                type.namespaced() ? metadata.string("namespace") : "",
                metadata.string("name"),
                object,
                old,
                false,
                () -> MapValue.EMPTY,
                snapshot,
                new LinkedHashSet<>(),
                new AdmissionScope(CATALOG, (name, value) -> {}));
    }
}
