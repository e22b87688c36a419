package dev.proa.server.authorization.rbac;

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
        private final transient MissingRole role;

        MissingException(String kind, String name) {
            super(kind + " " + name, null, false, false);
            this.role = new MissingRole(kind, name);
        }

        MissingRole role() {
            return role;
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
            default -> throw new MissingException(kind, name); // validation lets no other kind pass
        };
        StoredObject stored = snapshot.get(key);
        if (stored == null) {
            read.remove(key);
            throw new MissingException(kind, name);
        }
        Read known = read.get(key);
        if (known == null || known.role != stored.value()) {
            known = new Read(stored.value(), PolicyRule.listOf(stored.value()));
            read.put(key, known);
        }
        return known.rules;
    }
}
