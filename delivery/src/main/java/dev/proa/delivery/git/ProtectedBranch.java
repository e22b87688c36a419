package dev.proa.delivery.git;

import com.google.re2j.Pattern;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.List;

/**
 * A rule about pushes to some branches of a repository.
 *
 * @param pattern a branch, with {@code *} for anything but a slash and {@code **} for anything
 * @param pushers users, and groups as {@code group:NAME}, who may push; empty for all who may update the repository
 * @param allowForce whether commits may be taken back
 * @param allowDeletion whether the branch may be deleted
 * @param requiredStatuses contexts of which a commit needs a status {@code success}
 */
public record ProtectedBranch(
        String pattern,
        List<String> pushers,
        boolean allowForce,
        boolean allowDeletion,
        List<String> requiredStatuses) {
    public ProtectedBranch {
        pushers = List.copyOf(pushers);
        requiredStatuses = List.copyOf(requiredStatuses);
    }

    /** Reads an item of {@code spec.protectedBranches}. */
    public static ProtectedBranch of(MapValue item) {
        return new ProtectedBranch(
                item.string("pattern"),
                strings(item.list("pushers")),
                item.bool("allowForce"),
                item.bool("allowDeletion"),
                strings(item.list("requiredStatuses")));
    }

    private static List<String> strings(ListValue list) {
        return list.stream().map(String::valueOf).toList();
    }

    /** Whether the rule is about a branch, named without {@code refs/heads/}. */
    public boolean matches(String branch) {
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < pattern.length(); i++) {
            if (pattern.charAt(i) != '*') {
                regex.append(Pattern.quote(pattern.substring(i, i + 1)));
            } else if (i + 1 < pattern.length() && pattern.charAt(i + 1) == '*') {
                regex.append(".*");
                i++;
            } else {
                regex.append("[^/]*");
            }
        }
        return Pattern.matches(regex.toString(), branch);
    }

    /** Whether the rule lets a user push. */
    boolean lets(GitUser user) {
        return pushers.isEmpty()
                || pushers.contains(user.name())
                || user.groups().stream().anyMatch(group -> pushers.contains("group:" + group));
    }
}
