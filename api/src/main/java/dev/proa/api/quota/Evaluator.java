package dev.proa.api.quota;

import dev.proa.api.value.MapValue;
import dev.proa.api.value.Quantity;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Tells what the objects of one resource use of quotas. Safe for any thread. */
public sealed interface Evaluator permits PodUse, ServiceUse, VolumeClaimUse, DeviceClaimUse, ObjectCount {

    /** The resource, as {@code pods} or {@code deployments.apps}. */
    String resource();

    /** Whether objects of the resource use what a quota limits under this name. */
    boolean tracks(String name);

    /** Whether an object is in a scope. */
    default boolean isIn(QuotaScope scope, MapValue object) {
        return false;
    }

    /** How much an object uses, by name. */
    Map<String, Quantity> usage(MapValue object);

    /** What an object must say and does not, as the text of a refusal; empty when nothing is missing. */
    default String missing(Collection<String> limited, MapValue object) {
        return "";
    }

    /** Whether creating an object, or one of its subresources, may use more. */
    default boolean countsCreation(String subresource) {
        return subresource.isEmpty();
    }

    /** Whether such an update may use more. */
    boolean countsUpdate(String subresource, MapValue object, MapValue old);

    /** Whether an update that has happened may have changed what is used without anybody having counted it. */
    default boolean isToBeRecounted(MapValue before, MapValue after) {
        return false;
    }

    /** Whether a quota limits anything that an object uses: it tracks one of the names, and the object is in all scopes. */
    default boolean matches(Collection<String> limited, Collection<QuotaScope> scopes, MapValue object) {
        return limited.stream().anyMatch(this::tracks) && scopes.stream().allMatch(scope -> isIn(scope, object));
    }

    /** The names that this tracks. */
    default List<String> tracked(Collection<String> names) {
        return names.stream().filter(this::tracks).sorted().toList();
    }
}
