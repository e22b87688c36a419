package dev.proa.server.resource.extension;

import dev.proa.api.apiextensions.v1.CustomResourceDefinition;
import dev.proa.api.status.FieldError;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.apiextensions.CustomResource;
import dev.proa.server.apiextensions.DefinitionConditions;
import dev.proa.server.strategy.RequestContext;
import dev.proa.server.strategy.ResourceStrategy;
import dev.proa.server.strategy.ResourceStrategy.Spec;
import dev.proa.server.validation.Errors;
import dev.proa.server.validation.Path;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The strategy of CustomResourceDefinitions. Their status remembers each version that objects were ever stored in, and a finalizer keeps
 * a deleted definition until its custom resources are gone.
 */
final class DefinitionStrategy extends ResourceStrategy {
    private static final Path STORED_VERSIONS = Path.of("status").child("storedVersions");

    /** What Go writes of an empty status. */
    private static final MapValue NEW_STATUS = MapValue.of(
            "conditions",
            null,
            "acceptedNames",
            MapValue.of("plural", "", "kind", ""),
            "storedVersions",
            ListValue.EMPTY);

    DefinitionStrategy() {
        super(Spec.cluster("apiextensions.k8s.io", "customresourcedefinitions")
                .status()
                .generation()
                .conditionalUpdate()
                .foreign()
                .defaults(ExtensionDefaults::customResourceDefinition)
                .validate(DefinitionValidation::check));
    }

    @Override
    public MapValue prepareForCreate(MapValue object, RequestContext context) {
        return withStorageVersion(super.prepareForCreate(object, context).with("status", NEW_STATUS));
    }

    @Override
    public MapValue prepareForUpdate(String subresource, MapValue updated, MapValue old) {
        MapValue prepared = super.prepareForUpdate(subresource, updated, old);
        return subresource.isEmpty() ? withStorageVersion(prepared) : prepared;
    }

    private static MapValue withStorageVersion(MapValue definition) {
        ListValue stored = definition.map("status").list("storedVersions");
        ListValue versions = definition.map("spec").list("versions");
        for (int i = 0; i < versions.size(); i++) {
            MapValue version = versions.map(i);
            if (version.bool("storage")) {
                String name = version.string("name");
                return stored.contains(name)
                        ? definition
                        : definition.withMap("status", status -> status.with("storedVersions", stored.plus(name)));
            }
        }
        return definition;
    }

    @Override
    public List<FieldError> validateUpdate(String subresource, MapValue updated, MapValue old) {
        List<FieldError> errors = super.validateUpdate(subresource, updated, old);
        if (!subresource.isEmpty()) {
            return errors;
        }
        Errors more = new Errors();
        errors.forEach(more::add);
        storedVersions(updated, more);
        return more.toList();
    }

    /** Versions that objects may still be stored in must stay. */
    private static void storedVersions(MapValue definition, Errors errors) {
        ListValue stored = definition.map("status").list("storedVersions");
        ListValue versions = definition.map("spec").list("versions");
        Set<String> defined = new LinkedHashSet<>();
        for (int i = 0; i < versions.size(); i++) {
            defined.add(versions.map(i).string("name"));
        }
        for (int i = 0; i < stored.size(); i++) {
            String version = String.valueOf(stored.get(i));
            if (!defined.contains(version)) {
                errors.invalid(
                        STORED_VERSIONS.index(i),
                        version,
                        "missing from spec.versions; " + version
                                + " was previously a storage version, and must remain in spec.versions until a storage"
                                + " migration ensures no data remains persisted in " + version + " and removes "
                                + version
                                + " from status.storedVersions");
            }
        }
    }

    @Override
    public List<String> finalizersOnDelete() {
        return List.of(CustomResource.CLEANUP_FINALIZER);
    }

    @Override
    public MapValue prepareForDelete(MapValue object) {
        CustomResourceDefinition definition = new CustomResourceDefinition(object);
        if (DefinitionConditions.isTrue(definition, DefinitionConditions.TERMINATING)) {
            return object;
        }
        Instant now = Instant.parse(object.map("metadata").string("deletionTimestamp"));
        return DefinitionConditions.with(
                        definition,
                        DefinitionConditions.condition(
                                DefinitionConditions.TERMINATING,
                                true,
                                "InstanceDeletionPending",
                                "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon"),
                        now)
                .value();
    }
}
