package dev.proa.server.authorization.rbac;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.auth.UserInfo;
import dev.proa.server.store.Key;
import dev.proa.server.store.Store;

/** Roles and bindings of tests. */
public final class TestRoles {
    /** A group whose members may do anything, as {@link #bootstrap} says; unlike {@link UserInfo#MASTERS} by a role. */
    public static final String ADMINISTRATORS = "administrators";

    private TestRoles() {}

    /** Stores what every cluster has, and the role of {@link #ADMINISTRATORS}. */
    public static void bootstrap(Store store) {
        BootstrapPolicy.objects().forEach(object -> put(store, object));
        put(
                store,
                MapValue.of(
                        "apiVersion",
                        "rbac.authorization.k8s.io/v1",
                        "kind",
                        "ClusterRoleBinding",
                        "metadata",
                        MapValue.of("name", ADMINISTRATORS),
                        "roleRef",
                        MapValue.of(
                                "apiGroup",
                                "rbac.authorization.k8s.io",
                                "kind",
                                "ClusterRole",
                                "name",
                                "cluster-admin"),
                        "subjects",
                        ListValue.of(MapValue.of(
                                "apiGroup", "rbac.authorization.k8s.io", "kind", "Group", "name", ADMINISTRATORS))));
    }

    private static void put(Store store, MapValue object) {
        MapValue metadata = object.map("metadata");
        String resource = object.string("kind").toLowerCase(java.util.Locale.ROOT) + "s.rbac.authorization.k8s.io";
        store.create(new Key(resource, metadata.string("namespace"), metadata.string("name")), object);
    }
}
