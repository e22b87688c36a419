package dev.proa.server.authorization.rbac;

import dev.proa.api.codec.GoText;
import dev.proa.api.value.MapValue;
import dev.proa.server.store.Key;
import dev.proa.server.store.Snapshot;
import dev.proa.server.store.StoredObject;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The rules of roles, as they stand in a snapshot. Each is read once for each of its versions. Safe for any thread. */
final class Roles {
    static final String CLUSTER_ROLES = "clusterroles.rbac.authorization.k8s.io";
    static final String ROLES = "roles.rbac.authorization.k8s.io";

    private final Map<Key, Read> read = new ConcurrentHashMap<>();

    private record Read(MapValue role, List<PolicyRule> rules) {}

    /** There is no such role. */
    static final class MissingException extends Exception {
        private static final long serialVersionUID = 1;

        MissingException(String message) {
            super(message, null, false, false);
        }
    }

    /**
     * The rules of a role that a binding refers to.
     *
     * @param namespace of the binding; empty for one of the cluster
     */
    List<PolicyRule> rules(Snapshot snapshot, String kind, String name, String namespace) throws MissingException {
        Key key = switch (kind) {
            case "ClusterRole" -> new Key(CLUSTER_ROLES, "", name);
            case "Role" -> new Key(ROLES, namespace, name);
            default -> throw new MissingException("unsupported role reference kind: " + GoText.quote(kind));
        };
        StoredObject stored = snapshot.get(key);
        if (stored == null) {
            read.remove(key);
            String singular = kind.equals("Role") ? "role" : "clusterrole";
            throw new MissingException(singular + ".rbac.authorization.k8s.io " + GoText.quote(name) + " not found");
        }
        Read known = read.get(key);
        if (known == null || known.role != stored.value()) {
            known = new Read(stored.value(), PolicyRule.listOf(stored.value()));
            read.put(key, known);
        }
        return known.rules;
    }
}
