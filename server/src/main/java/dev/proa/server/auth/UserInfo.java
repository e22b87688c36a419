package dev.proa.server.auth;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Who makes a request, as Kubernetes' {@code authentication.k8s.io UserInfo}.
 *
 * @param uid empty when the identity has none
 * @param extra further facts about the identity by name
 */
public record UserInfo(String name, String uid, List<String> groups, Map<String, List<String>> extra) {
    /** The group of everyone who proved an identity. */
    public static final String AUTHENTICATED = "system:authenticated";
    /** The group of everyone who did not. */
    public static final String UNAUTHENTICATED = "system:unauthenticated";
    /** The group that may do anything. */
    public static final String MASTERS = "system:masters";

    /** In {@link #extra}: which credential proved the identity. */
    public static final String CREDENTIAL = "authentication.kubernetes.io/credential-id";

    /** Who came without any credentials. */
    public static final UserInfo ANONYMOUS = new UserInfo("system:anonymous", "", List.of(UNAUTHENTICATED), Map.of());

    public UserInfo {
        groups = List.copyOf(groups);
        extra = Map.copyOf(extra);
    }

    /** This identity with these further facts alone. */
    public UserInfo with(Map<String, List<String>> facts) {
        return new UserInfo(name, uid, groups, facts);
    }

    /** An identity that was proved: {@code groups} and {@link #AUTHENTICATED}. */
    public static UserInfo of(String name, String... groups) {
        return of(name, List.of(groups));
    }

    /** An identity that was proved: {@code groups} and {@link #AUTHENTICATED}. */
    public static UserInfo of(String name, List<String> groups) {
        return new UserInfo(name, "", authenticated(groups), Map.of());
    }

    /** A service account. */
    public static UserInfo ofServiceAccount(String namespace, String name) {
        return of(
                "system:serviceaccount:" + namespace + ":" + name,
                "system:serviceaccounts",
                "system:serviceaccounts:" + namespace);
    }

    /** As an object; what is empty is left out, as Go leaves it out. */
    public MapValue toValue() {
        MapValue.Builder info = MapValue.builder(4)
                .putIfPresent("username", name.isEmpty() ? null : name)
                .putIfPresent("uid", uid.isEmpty() ? null : uid)
                .putIfPresent("groups", groups.isEmpty() ? null : ListValue.copyOf(groups));
        if (!extra.isEmpty()) {
            MapValue.Builder facts = MapValue.builder(extra.size());
            extra.forEach((fact, values) -> facts.put(fact, ListValue.copyOf(values)));
            info.put("extra", facts.build());
        }
        return info.build();
    }

    public boolean in(String group) {
        return groups.contains(group);
    }

    public static List<String> authenticated(List<String> groups) {
        if (groups.contains(AUTHENTICATED)) {
            return groups;
        }
        List<String> all = new ArrayList<>(groups);
        all.add(AUTHENTICATED);
        return all;
    }

    /**
     * The groups of a user whose credentials name these: with {@link #AUTHENTICATED}, unless the credentials say that nobody was authenticated, as those of
     * a proxy may.
     */
    public static List<String> withAuthenticated(String name, List<String> groups) {
        return name.equals(ANONYMOUS.name()) || groups.contains(UNAUTHENTICATED) ? groups : authenticated(groups);
    }
}
