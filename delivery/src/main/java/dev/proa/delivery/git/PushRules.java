package dev.proa.delivery.git;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Decides whether a push may move a branch.
 *
 * @param defaultBranch which is never deleted
 */
public record PushRules(String defaultBranch, List<ProtectedBranch> branches) {
    private static final String HEADS = "refs/heads/";

    public PushRules {
        branches = List.copyOf(branches);
    }

    /** What a push does to a ref. */
    public enum Change {
        CREATE,
        /** The new commit comes after the old one. */
        FORWARD,
        /** Commits are taken back. */
        FORCE,
        DELETE
    }

    /**
     * Why a user may not do that; empty when nothing forbids it.
     *
     * @param ref as {@code refs/heads/main}
     * @param statuses the states of the new commit's statuses by context, as {@code success}
     */
    public Optional<String> refuse(GitUser user, String ref, Change change, Map<String, String> statuses) {
        if (!ref.startsWith(HEADS)) {
            return ref.startsWith("refs/tags/") || ref.startsWith("refs/notes/")
                    ? Optional.empty()
                    : Optional.of("only branches, tags and notes can be pushed");
        }
        String branch = ref.substring(HEADS.length());
        if (change == Change.DELETE && branch.equals(defaultBranch)) {
            return Optional.of("the default branch cannot be deleted");
        }
        return branches.stream()
                .filter(rule -> rule.matches(branch))
                .flatMap(rule -> refuse(rule, user, branch, change, statuses).stream())
                .findFirst();
    }

    private static Optional<String> refuse(
            ProtectedBranch rule, GitUser user, String branch, Change change, Map<String, String> statuses) {
        if (!rule.lets(user)) {
            return Optional.of(branch + " is protected: " + user.name() + " is not among who may push to it");
        }
        if (change == Change.FORCE && !rule.allowForce()) {
            return Optional.of(branch + " is protected: no forced push");
        }
        if (change == Change.DELETE) {
            return rule.allowDeletion() ? Optional.empty() : Optional.of(branch + " is protected: no deletion");
        }
        return rule.requiredStatuses().stream()
                .filter(context -> !"success".equals(statuses.get(context)))
                .map(context -> branch + " is protected: the commit needs the status \"" + context + "\", which is "
                        + statuses.getOrDefault(context, "missing") + "; push it to another branch first")
                .findFirst();
    }
}
