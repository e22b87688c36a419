package dev.proa.server.resource;

import dev.proa.api.status.FieldError;
import dev.proa.api.value.MapValue;
import dev.proa.server.store.Snapshot;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is particular to one version of one resource. The generic path calls it in this order:
 *
 * <ul>
 *   <li>decode, {@link #defaulted}; {@link #toStorage}: from here on objects have the shape of the stored version;
 *   <li>create: {@link #admit}, {@link #allocate}, {@link #prepareForCreate}, {@link #validateCreate}, validating admission,
 *       commit;
 *   <li>update and patch: {@link #defaulted} on the result again, {@link #toStorage}, admission, {@link #allocate}, {@link
 *       #prepareForUpdate}, {@link #validateUpdate}, commit;
 *   <li>encode: {@link #fromStorage}.
 * </ul>
 *
 * <p>All methods are safe for any thread and pure, except {@link #allocate} and {@link #released}. They never throw on odd values of
 * the right shape; what is wrong is said by the validating methods. Subresources are named as in the path ({@code status},
 * {@code finalize}, {@code ephemeralcontainers}, {@code resize}); the resource itself is the empty string.
 */
public interface Strategy {

    /** The object with the defaults of its version. Idempotent. */
    default MapValue defaulted(MapValue object) {
        return object;
    }

    /** Group and plural under which objects are stored, the same for all versions ({@code deployments.apps}). */
    String storageResource();

    /** An object of this version in the shape of the stored version. */
    default MapValue toStorage(MapValue object) {
        return object;
    }

    /** A stored object in the shape of this version. */
    default MapValue fromStorage(MapValue stored) {
        return stored;
    }

    /**
     * What mutating admission makes of a new object, by the state of the store: a pod's service account, priority and tolerations.
     *
     * @param object defaulted, in the shape of the stored version, with name, namespace and UID
     * @throws dev.proa.api.status.StatusException when the object may not be created
     */
    default MapValue admit(MapValue object, Snapshot snapshot) {
        return object;
    }

    /** Clears what a creator may not set, and sets what the server does: status, generation and the like. */
    MapValue prepareForCreate(MapValue object, RequestContext context);

    /**
     * Keeps of {@code old} what {@code subresource} may not change, and raises the generation when the desired state changed.
     *
     * @param subresource empty for the resource itself
     */
    MapValue prepareForUpdate(String subresource, MapValue updated, MapValue old);

    /** What is wrong with a new object, its metadata included; empty when nothing is. */
    List<FieldError> validateCreate(MapValue object);

    /** What is wrong with a changed object, its metadata included; empty when nothing is. */
    List<FieldError> validateUpdate(String subresource, MapValue updated, MapValue old);

    /**
     * What the writer should be warned of ({@code Warning} headers).
     *
     * @param old null on create
     */
    default List<String> warnings(MapValue object, @Nullable MapValue old) {
        return List.of();
    }

    /** Whether a PUT of a name that does not exist creates the object. */
    default boolean allowCreateOnUpdate() {
        return false;
    }

    /** Whether an update without a resource version replaces whatever is there. */
    default boolean allowUnconditionalUpdate() {
        return true;
    }

    /**
     * Seconds a deleted object is kept for those who must end it; empty when this resource is deleted at once.
     *
     * @param requested {@code gracePeriodSeconds} of the request, or null
     */
    default OptionalLong gracePeriod(MapValue object, @Nullable Long requested) {
        return OptionalLong.empty();
    }

    /** What a deletion that has to wait sets besides the metadata. */
    default MapValue prepareForDelete(MapValue object) {
        return object;
    }

    /** Whether a deleted object has to wait for somebody: finalizers of the metadata, or others that the kind has. */
    default boolean awaitsFinalizers(MapValue object) {
        return !object.map("metadata").list("finalizers").isEmpty();
    }

    /** The propagation policy of a deletion that names none: {@code Background} or {@code Orphan}. */
    default String defaultPropagation() {
        return "Background";
    }

    /** The fields by which a list or a watch may be selected. */
    Set<String> selectableFields();

    /** The value of a selectable field; empty when it is absent. */
    String fieldValue(MapValue object, String field);

    /**
     * Takes what the object needs of the cluster's shared ranges. Blocks at most for a moment.
     *
     * @param old null on create
     * @throws dev.proa.api.status.StatusException when it asks for something that is taken, or nothing is left
     */
    default Allocation allocate(@Nullable MapValue old, MapValue object, boolean dryRun) {
        return Allocation.none(object);
    }

    /** An object is gone from the store: gives back what it had allocated. */
    default void released(MapValue deleted) {}
}
