package dev.proa.server.authorization.rbac;

import dev.proa.api.codec.GoText;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.auth.Authorizer;
import dev.proa.server.auth.UserInfo;
import dev.proa.server.store.Key;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A RoleBinding or a ClusterRoleBinding: who has which role. Immutable but for texts that it keeps. */
final class Binding {
    private final Key key;
    private final String roleKind;
    private final String roleName;
    private final List<Subject> subjects;

    /**
     * Who has the role.
     *
     * @param group whether {@code name} is a group, or else a user; a service account is a user
     * @param decision what an authorizer says when it allows something by this subject
     */
    record Subject(boolean group, String name, Authorizer.Decision decision) {
        boolean is(UserInfo user) {
            return group ? user.in(name) : name.equals(user.name());
        }
    }

    Binding(Key key, MapValue object) {
        this.key = key;
        MapValue role = object.map("roleRef");
        this.roleKind = role.string("kind");
        this.roleName = role.string("name");
        ListValue list = object.list("subjects");
        List<Subject> found = new ArrayList<>(list.size());
        for (int i = 0; i < list.size(); i++) {
            Subject subject = subject(list.map(i));
            if (subject != null) {
                found.add(subject);
            }
        }
        this.subjects = List.copyOf(found);
    }

    private @Nullable Subject subject(MapValue subject) {
        String kind = subject.string("kind");
        String name = subject.string("name");
        String namespace = subject.string("namespace").isEmpty() ? key.namespace() : subject.string("namespace");
        return switch (kind) {
            case "User" -> new Subject(false, name, allowed(kind, name));
            case "Group" -> new Subject(true, name, allowed(kind, name));
            case "ServiceAccount" ->
                namespace.isEmpty()
                        ? null
                        : new Subject(
                                false,
                                "system:serviceaccount:" + namespace + ":" + name,
                                allowed(kind, name + "/" + namespace));
            default -> null;
        };
    }

    private Authorizer.Decision allowed(String kind, String subject) {
        String source = key.namespace().isEmpty()
                ? "ClusterRoleBinding " + GoText.quote(key.name())
                : "RoleBinding " + GoText.quote(key.name() + "/" + key.namespace());
        return Authorizer.Decision.allow("RBAC: allowed by " + source + " of " + roleKind + " " + GoText.quote(roleName)
                + " to " + kind + " " + GoText.quote(subject));
    }

    Key key() {
        return key;
    }

    List<Subject> subjects() {
        return subjects;
    }

    /** {@code Role} or {@code ClusterRole}. */
    String roleKind() {
        return roleKind;
    }

    String roleName() {
        return roleName;
    }

    /** What an authorizer says when it allows a user something by this binding, which names the first subject that the user is. */
    Authorizer.Decision decision(UserInfo user) {
        for (Subject subject : subjects) {
            if (subject.is(user)) {
                return subject.decision();
            }
        }
        throw new IllegalArgumentException(user.name() + " is no subject of " + key);
    }
}
