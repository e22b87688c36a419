package dev.proa.server.table;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Cells of the group {@code rbac.authorization.k8s.io}. */
final class RbacCells {
    private RbacCells() {}

    static TableFormat.@Nullable Cells of(String resource) {
        return switch (resource) {
            case "rolebindings", "clusterrolebindings" -> RbacCells::roleBinding;
            default -> null;
        };
    }

    private static ListValue roleBinding(MapValue binding, Instant now) {
        MapValue ref = binding.map("roleRef");
        List<String> users = new ArrayList<>();
        List<String> groups = new ArrayList<>();
        List<String> accounts = new ArrayList<>();
        ListValue subjects = binding.list("subjects");
        for (int i = 0; i < subjects.size(); i++) {
            MapValue subject = subjects.map(i);
            switch (subject.string("kind")) {
                case "User" -> users.add(subject.string("name"));
                case "Group" -> groups.add(subject.string("name"));
                case "ServiceAccount" -> accounts.add(subject.string("namespace") + "/" + subject.string("name"));
                default -> {}
            }
        }
        return ListValue.of(
                Text.name(binding),
                ref.string("kind") + "/" + ref.string("name"),
                Text.age(binding, now),
                String.join(", ", users),
                String.join(", ", groups),
                String.join(", ", accounts));
    }
}
