package dev.proa.server.strategy;

import dev.proa.api.status.FieldError;
import dev.proa.api.typed.MergeType;
import dev.proa.api.value.MapValue;
import dev.proa.server.store.Snapshot;
import dev.proa.server.store.Store;
import dev.proa.server.store.StoredObject;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The rules of one version of one resource. The request pipeline calls it in this order:
 *
 * <ul>
 *   <li>decode, {@link #defaulted}; {@link #toStorage}: from here on objects have the shape of the stored version;
 *   <li>create: mutating admission, {@link #allocate}, {@link #prepareForCreate}, {@link #validateCreate}, validating admission,
 *       commit;
 *   <li>update and patch: {@link #defaulted} on the result again, {@link #toStorage}, mutating admission, {@link #allocate}, {@link
 *       #prepareForUpdate}, {@link #validateUpdate}, validating admission, commit;
 *   <li>encode: {@link #fromStorage}.
 *   <li>what is in the store is {@link #read} before anything else, and {@link #written} last.
 * </ul>
 *
 * <p>All methods are safe for any thread and pure, except {@link #allocate} and {@link #delete}. They never throw on odd values of
 * the right shape; what is wrong is said by the validating methods. Subresources are named as in the path ({@code status},
 * {@code finalize}, {@code ephemeralcontainers}, {@code resize}); the resource itself is the empty string.
 */
public interface Strategy {

    /** The object with the defaults of its version. Idempotent. */
    default MapValue defaulted(MapValue object) {
        return object;
    }

    /** How server-side apply merges objects of this version; null when the type of their kind tells. */
    default @Nullable MergeType mergeType() {
        return null;
    }

    /** Group and plural under which objects are stored, the same for all versions ({@code deployments.apps}). */
    String storageResource();

    /** Converts an object of this version to the stored version. */
    default MapValue toStorage(MapValue object) {
        return object;
    }

    /** Converts a stored object to this version. */
    default MapValue fromStorage(MapValue stored) {
        return stored;
    }

    /**
     * An object as it is stored in the shape that the pipeline works with, when that is another one: custom resources of any version are
     * validated in the version of the request, and may have been stored under an earlier definition. The very same when nothing changes.
     */
    default MapValue read(MapValue stored) {
        return stored;
    }

    /** The same for several objects, in the same order; quicker than one by one when {@link #readsByCalls()}. */
    default List<MapValue> read(List<MapValue> stored) {
        return stored.stream().map(this::read).toList();
    }

    /**
     * Whether {@link #read} and {@link #written} may wait for somebody else, such as a conversion webhook: they must not be called on an event
     * loop then, nor for each of many objects. What is read may differ from what is stored in everything but name and namespace.
     */
    default boolean readsByCalls() {
        return false;
    }

    /** An object in the shape of another version of the same resource ({@link #read}) in the shape of this one. */
    default MapValue readFrom(Strategy other, MapValue object) {
        return read(other.written(object));
    }

    /** The inverse of {@link #read}: an object as it is to be stored. */
    default MapValue written(MapValue object) {
        return object;
    }

    /**
     * A decoded object without unknown fields and meaningless nulls, for resources whose schema is not among the types of the catalog.
     *
     * @param unknown gets the path of each unknown field
     * @return null when the type of its kind is to be asked instead
     * @throws dev.proa.api.codec.DecodeException when a value is of another type than the schema says
     */
    default @Nullable MapValue coerced(MapValue object, List<String> unknown) {
        return null;
    }

    /**
     * Clears the fields that a client may not set on create, and sets those that the server sets, such as the
     * generation.
     */
    MapValue prepareForCreate(MapValue object, RequestContext context);

    /**
     * Restores from {@code old} the fields that {@code subresource} may not change, and raises the generation when
     * the spec changed.
     *
     * @param subresource empty for the resource itself
     */
    MapValue prepareForUpdate(String subresource, MapValue updated, MapValue old);

    /** Validates a new object and its metadata; empty when it is valid. */
    List<FieldError> validateCreate(MapValue object);

    /** Validates an updated object and its metadata; empty when it is valid. */
    List<FieldError> validateUpdate(String subresource, MapValue updated, MapValue old);

    /**
     * The warnings for the client ({@code Warning} headers).
     *
     * @param old null on create
     */
    default List<String> warnings(MapValue object, @Nullable MapValue old) {
        return List.of();
    }

    /** The warning for every request, such as that the version is deprecated; empty for none. */
    default String deprecationWarning() {
        return "";
    }

    /** Whether a PUT of a name that does not exist creates the object. */
    default boolean allowCreateOnUpdate() {
        return false;
    }

    /** Whether an update needs no resource version. */
    default boolean allowUnconditionalUpdate() {
        return true;
    }

    /**
     * The grace period of a deletion in seconds; empty when this resource is deleted at once.
     *
     * @param requested {@code gracePeriodSeconds} of the request, or null
     */
    default OptionalLong gracePeriod(MapValue object, @Nullable Long requested) {
        return OptionalLong.empty();
    }

    /** The finalizers that a delete adds to those of the object. */
    default List<String> finalizersOnDelete() {
        return List.of();
    }

    /** Changes an object whose deletion has to wait, besides its metadata. */
    default MapValue prepareForDelete(MapValue object) {
        return object;
    }

    /** Whether finalizers keep a deleted object: those of the metadata, or others that the resource has. */
    default boolean awaitsFinalizers(MapValue object) {
        return !object.map("metadata").list("finalizers").isEmpty();
    }

    /** The propagation policy of a deletion that names none: {@code Background} or {@code Orphan}. */
    default String defaultPropagation() {
        return "Background";
    }

    /** The fields that the subresource {@code scale} shows, for resources that have it. */
    default ScaleFields scale() {
        return ScaleFields.BUILT_IN;
    }

    /** The fields that field selectors may name. */
    Set<String> selectableFields();

    /** The value of a selectable field; empty when it is absent. */
    String fieldValue(MapValue object, String field);

    /**
     * Chooses what the object needs of the cluster's shared ranges; the write through the {@link Allocation} makes it the object's.
     *
     * @param old null on create
     * @param snapshot tells what is free
     * @throws dev.proa.api.status.StatusException when it asks for something that is taken, or nothing is left
     */
    default Allocation allocate(@Nullable MapValue old, MapValue object, Snapshot snapshot, boolean dryRun) {
        return Allocation.none(object);
    }

    /**
     * Deletes an object from the store, and releases what it had of the shared ranges.
     *
     * @param last its last state, as watchers get it
     * @throws Store.RevisionConflictException when it has changed or is gone
     */
    default StoredObject delete(Store store, StoredObject current, MapValue last) {
        return store.delete(current.key(), current.revision(), last);
    }
}
