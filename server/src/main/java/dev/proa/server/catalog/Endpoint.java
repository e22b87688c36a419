package dev.proa.server.catalog;

import dev.proa.api.resource.ResourceType;
import dev.proa.api.schema.Struct;
import dev.proa.api.status.Resource;
import dev.proa.api.value.MapValue;
import dev.proa.server.openapi.PublishedKind;
import dev.proa.server.resource.Strategies;
import dev.proa.server.store.Key;
import dev.proa.server.store.StoredObject;
import dev.proa.server.strategy.Strategy;
import dev.proa.server.table.TableFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One version of one resource that is served, and what is particular to it. Immutable. A catalog that replaces another has the same
 * endpoints as long as they are served in the same way: that an endpoint is another object, or gone, tells that it has changed.
 */
public final class Endpoint {
    private static final String COMPUTED = "computed";
    private static final Set<String> CHANGES = Set.of("create", "patch", "update");

    private final ResourceType type;
    private final Lazy<Strategy> strategy;
    private final Lazy<TableFormat> table;
    private final List<Struct> types;
    private final PublishedKind.@Nullable Source published;
    private final boolean protobuf;
    private final String definition;
    private final boolean terminating;
    private final @Nullable ObjectSource source;
    private final Lazy<SharedReads> sharedReads = new Lazy<>(SharedReads::new);
    /** What stored objects know of the strategy. */
    private final StoredObject.Reader reader = new StoredObject.Reader();

    private Endpoint(
            ResourceType type,
            Supplier<Strategy> strategy,
            Supplier<TableFormat> table,
            List<Struct> types,
            PublishedKind.@Nullable Source published,
            boolean protobuf,
            String definition,
            boolean terminating,
            @Nullable ObjectSource source) {
        this.type = type;
        this.strategy = new Lazy<>(strategy);
        this.table = new Lazy<>(table);
        this.types = List.copyOf(types);
        this.published = published;
        this.protobuf = protobuf;
        this.definition = definition;
        this.terminating = terminating;
        this.source = source;
    }

    /** A built-in resource. */
    static Endpoint builtIn(ResourceType type, Strategies strategies) {
        return new Endpoint(
                type,
                () -> strategies.of(type.group(), type.version(), type.plural(), type.namespaced()),
                () -> TableFormat.of(type.group(), type.version(), type.plural()),
                List.of(),
                null,
                true,
                "",
                false,
                null);
    }

    /**
     * A resource whose objects are not stored but computed. It can be served elsewhere, if the APIService of its group and version says so.
     *
     * @param type with no verbs but get and list
     * @param types the schema of its kind, and of the list of it
     */
    public static Endpoint computed(
            ResourceType type, Strategy strategy, TableFormat table, List<Struct> types, ObjectSource source) {
        return new Endpoint(type, () -> strategy, () -> table, types, null, false, COMPUTED, false, source);
    }

    /**
     * A resource that is not built in. Its objects have no protobuf, as with Kubernetes.
     *
     * @param types the schema of its kind, and of the list of it; none when its fields are not known
     * @param definition tells this definition of the resource from every other one under the same name, as a revision does
     */
    public static Endpoint custom(
            ResourceType type, Strategy strategy, TableFormat table, List<Struct> types, String definition) {
        return custom(type, () -> strategy, () -> table, types, null, definition);
    }

    /**
     * A custom resource, whose kind is told by schemas of OpenAPI. Its parts are made when they are first asked for.
     *
     * @param published makes its schemas
     * @param definition tells this definition of the resource from every other one under the same name, as a revision does
     */
    public static Endpoint custom(
            ResourceType type,
            Supplier<Strategy> strategy,
            Supplier<TableFormat> table,
            PublishedKind.Source published,
            String definition) {
        return custom(type, strategy, table, List.of(), published, definition);
    }

    private static Endpoint custom(
            ResourceType type,
            Supplier<Strategy> strategy,
            Supplier<TableFormat> table,
            List<Struct> types,
            PublishedKind.@Nullable Source published,
            String definition) {
        if (definition.isEmpty()) {
            throw new IllegalArgumentException(
                    type + " needs a definition: an empty one is that of built-in resources");
        }
        return new Endpoint(type, strategy, table, types, published, false, definition, false, null);
    }

    /** The same while the definition is being deleted: nothing more can be created, and discovery names no verb that changes. */
    public Endpoint terminating() {
        List<String> verbs = new ArrayList<>(type.verbs());
        verbs.removeAll(CHANGES);
        return new Endpoint(
                type.withVerbs(verbs), strategy::get, table::get, types, published, protobuf, definition, true, source);
    }

    public boolean isTerminating() {
        return terminating;
    }

    /** Whether another endpoint answers requests in the same way, but for those that change something. */
    public boolean isSameAs(@Nullable Endpoint other) {
        return other == this || other != null && !isBuiltIn() && definition.equals(other.definition);
    }

    /** Whether requests of a verb are answered. */
    public boolean can(String verb) {
        return type.can(verb) || terminating && CHANGES.contains(verb);
    }

    public ResourceType type() {
        return type;
    }

    public Strategy strategy() {
        return strategy.get();
    }

    /** How objects look in a table. */
    public TableFormat table() {
        return table.get();
    }

    /** The types that are known besides the built-in ones because of this resource. */
    List<Struct> types() {
        return types;
    }

    /** Whether it is a resource of Kubernetes itself. */
    public boolean isBuiltIn() {
        return definition.isEmpty();
    }

    /** Who computes its objects; null when they are stored. */
    public @Nullable ObjectSource source() {
        return source;
    }

    /** Whether it is a custom resource, which comes and goes with its definition. */
    boolean isCustom() {
        return !isBuiltIn() && source == null;
    }

    /** The schemas of its kind when that is not among the types; null for others. */
    PublishedKind.@Nullable Source published() {
        return published;
    }

    /** Whether objects can be written as protobuf. */
    public boolean hasProtobuf() {
        return protobuf;
    }

    /** Changes with the definition of the resource; empty for a built-in one, which the version of the server defines. */
    String definition() {
        return definition;
    }

    public String group() {
        return type.group();
    }

    public String version() {
        return type.version();
    }

    public String kind() {
        return type.kind();
    }

    public String plural() {
        return type.plural();
    }

    public boolean namespaced() {
        return type.namespaced();
    }

    public String apiVersion() {
        return type.apiVersion();
    }

    /** The resource in the text of an error. */
    public Resource resource() {
        return type.resource();
    }

    /** The kind in the text of an error. */
    public Resource kindResource() {
        return type.kindInErrors();
    }

    public Key key(String namespace, String name) {
        return new Key(strategy().storageResource(), namespaced() ? namespace : "", name);
    }

    /** By whom a stored object is left as it is when it needs no change for this version. */
    public StoredObject.Reader reader() {
        return reader;
    }

    /** The object in the shape that the pipeline works with: {@link Strategy#read}. */
    public StoredObject read(StoredObject object) {
        return object.isAsItIsFor(reader) ? object : with(object, strategy().read(object.value()));
    }

    /** The object in the shape of this version; the very same, with its bytes, when that is how it is stored. */
    public StoredObject inVersion(StoredObject object) {
        if (object.isAsItIsFor(reader)) {
            return object;
        }
        Strategy rules = strategy();
        StoredObject read = with(object, rules.fromStorage(rules.read(object.value())));
        if (read == object && !isBuiltIn()) {
            object.leftAsItIsBy(reader); // to prune and default a custom resource costs as much as to encode it
        }
        return read;
    }

    /** The same for a change that others watch as well: it is read once for all of them. */
    public StoredObject inVersionForAll(StoredObject object) {
        return strategy().readsByCalls() ? sharedReads.get().read(object, this::inVersion) : inVersion(object);
    }

    /** The same for several objects, in the same order. */
    public List<StoredObject> inVersion(List<StoredObject> objects) {
        Strategy rules = strategy();
        List<MapValue> read =
                rules.read(objects.stream().map(StoredObject::value).toList());
        List<StoredObject> versioned = new ArrayList<>(objects.size());
        for (int i = 0; i < objects.size(); i++) {
            versioned.add(with(objects.get(i), rules.fromStorage(read.get(i))));
        }
        return versioned;
    }

    private static StoredObject with(StoredObject object, MapValue value) {
        return value == object.value()
                ? object
                : new StoredObject(object.key(), value, object.createRevision(), object.revision());
    }

    @Override
    public String toString() {
        return type.toString();
    }
}
