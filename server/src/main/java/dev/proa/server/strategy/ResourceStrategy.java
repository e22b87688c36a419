package dev.proa.server.strategy;

import dev.proa.api.schema.Struct;
import dev.proa.api.status.FieldError;
import dev.proa.api.value.MapValue;
import dev.proa.server.validation.BuiltInTypes;
import dev.proa.server.validation.Errors;
import dev.proa.server.validation.Metadata;
import dev.proa.server.validation.NameRule;
import dev.proa.server.validation.Path;
import dev.proa.server.validation.SameValues;
import dev.proa.server.validation.Values;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The strategy of most resources, configured by the flags and functions of a {@link Spec}. Resources with special
 * rules extend it.
 */
public class ResourceStrategy implements Strategy {
    private static final Path METADATA = Path.of("metadata");
    private static final Set<String> OBJECT_FIELDS = Set.of("metadata.name", "metadata.namespace");

    private final Spec spec;
    private final Set<String> selectable;

    public ResourceStrategy(Spec spec) {
        this.spec = spec;
        TreeSet<String> fields = new TreeSet<>(spec.fields);
        fields.add("metadata.name");
        if (spec.namespaced) {
            fields.add("metadata.namespace");
        }
        selectable = spec.fields.isEmpty() && spec.namespaced ? OBJECT_FIELDS : Set.copyOf(fields);
    }

    @Override
    public MapValue defaulted(MapValue object) {
        return spec.defaults.apply(object);
    }

    @Override
    public String storageResource() {
        return spec.storageResource;
    }

    @Override
    public MapValue prepareForCreate(MapValue object, RequestContext context) {
        MapValue prepared = spec.status && !spec.createdWithStatus ? object.with("status", spec.initialStatus) : object;
        if (spec.generation) {
            prepared = prepared.withMap("metadata", meta -> meta.with("generation", 1L));
        }
        return spec.onCreate.apply(prepared);
    }

    @Override
    public MapValue prepareForUpdate(String subresource, MapValue updated, MapValue old) {
        if (subresource.equals("status")) {
            return keepAllButStatus(updated, old);
        }
        MapValue prepared = spec.status ? Values.keep(updated, "status", old) : updated;
        prepared = spec.onUpdate.apply(prepared, old);
        if (spec.generation) {
            boolean another = !spec.generationStays && desiredChanged(prepared, old);
            long generation = old.map("metadata").integer("generation", 0) + (another ? 1 : 0);
            prepared = prepared.withMap(
                    "metadata",
                    meta -> generation == 0 ? meta.without("generation") : meta.with("generation", generation));
        }
        return prepared;
    }

    @Override
    public List<FieldError> validateCreate(MapValue object) {
        Errors errors = new Errors();
        MapValue metadata = object.map("metadata");
        Metadata.validateCreate(metadata, spec.namespaced, spec.names, METADATA, errors);
        if (spec.builtIn) {
            Metadata.standardFinalizers(metadata.list("finalizers"), METADATA.child("finalizers"), errors);
        }
        spec.validate.check(object, null, errors);
        return errors.toList();
    }

    @Override
    public List<FieldError> validateUpdate(String subresource, MapValue updated, MapValue old) {
        Errors errors = new Errors();
        MapValue metadata = updated.map("metadata");
        if (spec.checkedTwice && subresource.isEmpty()) {
            validateCreate(updated).forEach(errors::add);
        }
        Metadata.validateUpdate(metadata, old.map("metadata"), METADATA, errors);
        for (int i = 0; i < (spec.metadataOnceMore ? 3 : 2); i++) {
            Metadata.validateChangedMaps(metadata, old.map("metadata"), METADATA, errors);
        }
        if (spec.builtIn) {
            Metadata.standardFinalizers(metadata.list("finalizers"), METADATA.child("finalizers"), errors);
        }
        if (subresource.isEmpty()) {
            spec.validate.check(updated, old, errors);
        } else if (subresource.equals("status")) {
            spec.validateStatus.check(updated, old, errors);
        }
        return errors.toList();
    }

    @Override
    public List<String> warnings(MapValue object, @Nullable MapValue old) {
        long generation = object.map("metadata").integer("generation", 0);
        boolean unchanged = old != null
                && spec.generation
                && generation == old.map("metadata").integer("generation", 0);
        return unchanged ? List.of() : spec.warnings.apply(object);
    }

    @Override
    public String deprecationWarning() {
        return spec.deprecation;
    }

    @Override
    public boolean allowCreateOnUpdate() {
        return spec.createOnUpdate;
    }

    @Override
    public boolean allowUnconditionalUpdate() {
        return spec.unconditionalUpdate;
    }

    @Override
    public Set<String> selectableFields() {
        return selectable;
    }

    @Override
    public String fieldValue(MapValue object, String field) {
        int start = 0;
        Object value = object;
        while (value instanceof MapValue map) {
            int dot = field.indexOf('.', start);
            value = map.get(dot < 0 ? field.substring(start) : field.substring(start, dot));
            if (dot < 0) {
                break;
            }
            start = dot + 1;
        }
        return value == null || value instanceof MapValue ? spec.absentField : value.toString();
    }

    /** Whether anything but metadata and status changed. */
    private boolean desiredChanged(MapValue updated, MapValue old) {
        if (spec.annotationsAreDesired
                && !Values.same(
                        updated.map("metadata").get("annotations"),
                        old.map("metadata").get("annotations"))) {
            return true;
        }
        Struct type = BuiltInTypes.kind(updated.string("apiVersion"), updated.string("kind"));
        return type == null
                ? !Values.same(withoutEnvelope(updated), withoutEnvelope(old))
                : !SameValues.same(withoutEnvelope(updated), withoutEnvelope(old), type);
    }

    private static MapValue withoutEnvelope(MapValue object) {
        return object.without("apiVersion").without("kind").without("metadata").without("status");
    }

    private MapValue keepAllButStatus(MapValue updated, MapValue old) {
        MapValue result = old;
        result = Values.keep(result, "apiVersion", updated);
        result = Values.keep(result, "metadata", updated);
        result = Values.keep(result, "status", updated);
        long generation = old.map("metadata").integer("generation", 0);
        return result.withMap("metadata", meta -> {
            MapValue kept = generation == 0 ? meta.without("generation") : meta.with("generation", generation);
            return spec.statusKeepsLabels ? Values.keep(kept, "labels", old.map("metadata")) : kept;
        });
    }

    /** Validates an object. */
    @FunctionalInterface
    public interface Check {
        /** @param old the object before; null on create */
        void check(MapValue object, @Nullable MapValue old, Errors errors);
    }

    /** Prepares an object for an update. */
    @FunctionalInterface
    public interface Change {
        MapValue apply(MapValue updated, MapValue old);
    }

    /** The configuration of one resource's strategy, set by chained calls. */
    public static final class Spec {
        final String group;
        final String version;
        final String resource;
        final boolean namespaced;
        String storageResource;
        NameRule names = NameRule.SUBDOMAIN;
        boolean builtIn = true;
        boolean status;
        MapValue initialStatus = MapValue.EMPTY;
        boolean generation;
        boolean annotationsAreDesired;
        boolean createdWithStatus;
        boolean statusKeepsLabels;
        boolean createOnUpdate;
        boolean unconditionalUpdate = true;
        boolean checkedTwice;
        boolean generationStays;
        boolean metadataOnceMore;
        UnaryOperator<MapValue> defaults = object -> object;
        UnaryOperator<MapValue> onCreate = object -> object;
        Change onUpdate = (updated, old) -> updated;
        Check validate = (object, old, errors) -> {};
        Check validateStatus = (object, old, errors) -> {};
        Function<MapValue, List<String>> warnings = object -> List.of();
        List<String> fields = List.of();
        String absentField = "";
        String deprecation = "";

        /** A resource of a group with namespaces, stored as its version {@code v1}. */
        public static Spec namespaced(String group, String resource) {
            return new Spec(group, "v1", resource, true);
        }

        /** A cluster-scoped resource of a group, stored as its version {@code v1}. */
        public static Spec cluster(String group, String resource) {
            return new Spec(group, "v1", resource, false);
        }

        public Spec(String group, String version, String resource, boolean namespaced) {
            this.group = group;
            this.version = version;
            this.resource = resource;
            this.namespaced = namespaced;
            storageResource = group.isEmpty() ? resource : resource + "." + group;
        }

        public Spec storedAs(String storage) {
            storageResource = storage;
            return this;
        }

        public Spec names(NameRule rule) {
            names = rule;
            return this;
        }

        /** The resource has a status, which only the status subresource writes. */
        public Spec status() {
            status = true;
            return this;
        }

        /** As {@link #status()}, with an initial status. */
        public Spec status(Object... namesAndValues) {
            status = true;
            initialStatus = MapValue.of(namesAndValues);
            return this;
        }

        /** The resource has a status, which may also be set on create. */
        public Spec statusOnCreate() {
            status = true;
            createdWithStatus = true;
            return this;
        }

        /** {@code metadata.generation} counts the changes of everything but metadata and status. */
        public Spec generation() {
            generation = true;
            return this;
        }

        /** The resource is not built into Kubernetes. */
        public Spec foreign() {
            builtIn = false;
            return this;
        }

        public Spec createOnUpdate() {
            createOnUpdate = true;
            return this;
        }

        public Spec conditionalUpdate() {
            unconditionalUpdate = false;
            return this;
        }

        /** The generation is always 1. */
        public Spec firstGeneration() {
            generation = true;
            generationStays = true;
            return this;
        }

        /**
         * An update is validated as a create first and as an update then, so that some errors appear twice, as in
         * Kubernetes.
         */
        public Spec checkedTwice() {
            checkedTwice = true;
            return this;
        }

        /**
         * Labels and annotations are validated once more on update, so that their errors appear as often as in
         * Kubernetes.
         */
        public Spec metadataOnceMore() {
            metadataOnceMore = true;
            return this;
        }

        public Spec defaults(UnaryOperator<MapValue> function) {
            defaults = function;
            return this;
        }

        public Spec onCreate(UnaryOperator<MapValue> function) {
            onCreate = function;
            return this;
        }

        public Spec onUpdate(Change function) {
            onUpdate = function;
            return this;
        }

        public Spec validate(Check check) {
            validate = check;
            return this;
        }

        public Spec validateStatus(Check check) {
            validateStatus = check;
            return this;
        }

        /** Warns about what is allowed but probably a mistake. */
        public Spec warnings(Function<MapValue, List<String>> function) {
            warnings = function;
            return this;
        }

        /** Every request is warned, with this text. */
        public Spec deprecated(String warning) {
            deprecation = warning;
            return this;
        }

        /** The value of an absent selectable field. */
        public Spec absentField(String value) {
            absentField = value;
            return this;
        }

        /** A change of annotations raises the generation, too. */
        public Spec annotationsAreDesired() {
            annotationsAreDesired = true;
            statusKeepsLabels = true;
            return this;
        }

        public Spec fields(String... names) {
            fields = List.of(names);
            return this;
        }
    }
}
