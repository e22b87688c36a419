package dev.proa.server.apiextensions;

import dev.proa.api.codec.GoText;
import dev.proa.api.status.FieldError;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.validation.Errors;
import dev.proa.server.validation.Formats;
import dev.proa.server.validation.Metadata;
import dev.proa.server.validation.NameRule;
import dev.proa.server.validation.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Validates the objects of one version of a custom resource: type, metadata, schema, replicas, embedded resources, list types and rules, with
 * the errors of Kubernetes and in its order. Safe for any thread.
 */
public final class CustomResourceValidation {
    private static final Path METADATA = Path.of("metadata");
    private static final Set<String> STANDARD_FINALIZERS = Set.of("orphan", "foregroundDeletion", "kubernetes");

    private final CustomResource resource;
    private final RuleValidation.Checker rules;

    public CustomResourceValidation(CustomResource resource, RuleValidation rules) {
        this.resource = resource;
        this.rules = rules.of(resource.schema());
    }

    /** What is wrong with a new object; empty when it is valid. */
    public List<FieldError> create(MapValue object) {
        List<FieldError> errors = typeErrors(object);
        if (!errors.isEmpty()) {
            return errors;
        }
        Errors metadata = new Errors();
        Metadata.validateCreate(object.map("metadata"), resource.namespaced(), NameRule.SUBDOMAIN, METADATA, metadata);
        errors.addAll(metadata.toList());
        errors.addAll(SchemaValidation.errors(object, resource.schema(), "", null));
        replicas(object, true, errors);
        errors.addAll(EmbeddedResources.errors(object, resource.schema()));
        errors.addAll(ListTypes.errors(object, resource.schema()));
        rules(object, null, null, errors);
        return errors;
    }

    /** What is wrong with an updated object; empty when it is valid. Errors of values that did not change do not count. */
    public List<FieldError> update(MapValue updated, MapValue old) {
        List<FieldError> errors = typeErrors(updated);
        if (!errors.isEmpty()) {
            return errors;
        }
        Correlation correlation = new Correlation(updated, old, resource.schema());
        errors.addAll(metadataErrors(updated, old));
        errors.addAll(SchemaValidation.errors(updated, resource.schema(), "", correlation));
        replicas(updated, true, errors);
        errors.addAll(EmbeddedResources.errors(updated, resource.schema()));
        lists(updated, old, errors);
        rules(updated, old, correlation, errors);
        return errors;
    }

    /** What is wrong with an object of which the subresource {@code status} was updated; empty when it is valid. */
    public List<FieldError> statusUpdate(MapValue updated, MapValue old) {
        List<FieldError> errors = typeErrors(updated);
        if (!errors.isEmpty()) {
            return errors;
        }
        Correlation correlation = new Correlation(updated, old, resource.schema());
        errors.addAll(metadataErrors(updated, old));
        StructuralSchema status = resource.schema().property("status");
        if (status != null && updated.has("status")) {
            errors.addAll(
                    SchemaValidation.errors(updated.get("status"), status, "status", correlation.field("status")));
        }
        replicas(updated, false, errors);
        lists(updated, old, errors);
        rules(updated, old, correlation, errors);
        return errors;
    }

    /**
     * The warnings for the client: of finalizers that are new and may clash with those of others.
     *
     * @param old null on create
     */
    public static List<String> warnings(MapValue object, @Nullable MapValue old) {
        ListValue before = old == null ? ListValue.EMPTY : old.map("metadata").list("finalizers");
        TreeSet<String> added = new TreeSet<>();
        for (Object finalizer : object.map("metadata").list("finalizers")) {
            if (finalizer instanceof String name && !before.contains(name)) {
                added.add(name);
            }
        }
        List<String> warnings = new ArrayList<>(0);
        for (String name : added) {
            String start = "metadata.finalizers: " + GoText.quote(name) + ": ";
            Formats.qualifiedName(name).forEach(wrong -> warnings.add(start + wrong));
            if (name.indexOf('/') < 0 && !STANDARD_FINALIZERS.contains(name)) {
                warnings.add(start + "prefer a domain-qualified finalizer name "
                        + (name.indexOf('.') < 0 ? "" : "including a path (/) ")
                        + "to avoid accidental conflicts with other finalizer writers");
            }
        }
        return warnings;
    }

    private List<FieldError> typeErrors(MapValue object) {
        List<FieldError> errors = new ArrayList<>(0);
        if (!object.string("kind").equals(resource.kind())) {
            errors.add(FieldError.invalid("kind", object.string("kind"), "must be " + resource.kind()));
        }
        if (!object.string("apiVersion").equals(resource.apiVersion())) {
            errors.add(
                    FieldError.invalid("apiVersion", object.string("apiVersion"), "must be " + resource.apiVersion()));
        }
        return errors;
    }

    private static List<FieldError> metadataErrors(MapValue updated, MapValue old) {
        Errors errors = new Errors();
        Metadata.validateUpdate(updated.map("metadata"), old.map("metadata"), METADATA, errors);
        return errors.toList();
    }

    private void replicas(MapValue object, boolean spec, List<FieldError> errors) {
        Scale scale = resource.scale();
        if (scale != null && spec) {
            errors.addAll(scale.specErrors(object));
        }
        if (scale != null) {
            errors.addAll(scale.statusErrors(object));
        }
    }

    /** What was wrong with lists before may be so still. */
    private void lists(MapValue updated, MapValue old, List<FieldError> errors) {
        List<FieldError> wrong = ListTypes.errors(updated, resource.schema());
        if (!wrong.isEmpty() && ListTypes.errors(old, resource.schema()).isEmpty()) {
            errors.addAll(wrong);
        }
    }

    private void rules(
            MapValue object, @Nullable MapValue old, @Nullable Correlation correlation, List<FieldError> errors) {
        if (!resource.schema().hasRules()) {
            return;
        }
        if (errors.stream().anyMatch(CustomResourceValidation::blocksRules)) {
            errors.add(FieldError.invalid(
                    "<nil>",
                    null,
                    "some validation rules were not checked because the object was invalid; correct the existing errors to complete"
                            + " validation"));
            return;
        }
        errors.addAll(rules.errors(object, old, correlation));
    }

    private static boolean blocksRules(FieldError error) {
        return switch (error.reason()) {
            case "FieldValueNotSupported",
                    "FieldValueRequired",
                    "FieldValueTooLong",
                    "FieldValueTooMany",
                    "FieldValueTypeInvalid" -> true;
            default -> false;
        };
    }
}
