package dev.proa.server.authentication;

import dev.proa.api.value.MapValue;
import dev.proa.server.store.Key;
import dev.proa.server.store.Snapshot;
import dev.proa.server.store.StoredObject;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Whether the objects that a service account token names are still there, with the same uids. One that is being deleted counts for a minute
 * longer, so that a pod can say goodbye.
 */
final class BoundObjects {
    /** How far clocks may be apart, and how long tokens outlive the deletion of what they are bound to. */
    static final Duration LEEWAY = Duration.ofMinutes(1);

    private static final String GONE = "service account token has been invalidated";

    private BoundObjects() {}

    /**
     * Looks for the objects.
     *
     * @param claims the claim {@code kubernetes.io}
     * @return what is wrong, as Kubernetes says it; empty when they are all there
     */
    static String problem(Snapshot snapshot, MapValue claims, Instant now) {
        String namespace = claims.string("namespace");
        MapValue account = claims.map("serviceaccount");
        StoredObject found = snapshot.get(new Key("serviceaccounts", namespace, account.string("name")));
        if (found == null) {
            return "serviceaccounts \"" + account.string("name") + "\" not found";
        }
        String uid = uid(found);
        if (!uid.equals(account.string("uid"))) {
            return "service account UID (" + uid + ") does not match claim (" + account.string("uid") + ")";
        }
        if (isDeleted(found, now)) {
            return "service account " + namespace + "/" + account.string("name") + " has been deleted";
        }
        String problem = problem(snapshot, "secrets", "secret", namespace, claims.map("secret"), now);
        if (problem.isEmpty()) {
            problem = problem(snapshot, "pods", "pod", namespace, claims.map("pod"), now);
        }
        // A pod may outlive its node's object: only a token that is bound to nothing else needs that.
        return problem.isEmpty() && claims.map("pod").isEmpty()
                ? problem(snapshot, "nodes", "node", "", claims.map("node"), now)
                : problem;
    }

    private static String problem(
            Snapshot snapshot, String resource, String kind, String namespace, MapValue reference, Instant now) {
        if (reference.isEmpty()) {
            return "";
        }
        StoredObject found = snapshot.get(new Key(resource, namespace, reference.string("name")));
        if (found == null) {
            return GONE;
        }
        String uid = uid(found);
        if (!uid.equals(reference.string("uid"))) {
            String title = Character.toUpperCase(kind.charAt(0)) + kind.substring(1);
            return (kind.equals("secret") ? kind : title) + " UID (" + uid + ") does not match service account " + kind
                    + " ref claim (" + reference.string("uid") + ")";
        }
        return isDeleted(found, now) ? GONE : "";
    }

    static String uid(StoredObject object) {
        return object.value().map("metadata").string("uid");
    }

    private static boolean isDeleted(StoredObject object, Instant now) {
        Instant deletion = deletion(object);
        return deletion != null && deletion.isBefore(now.minus(LEEWAY));
    }

    /** When an object is to be gone; null when it is not being deleted. */
    static @Nullable Instant deletion(StoredObject object) {
        String time = object.value().map("metadata").string("deletionTimestamp");
        return time.isEmpty() ? null : Instant.parse(time);
    }
}
