package dev.proa.server.podsecurity;

import java.util.List;
import java.util.stream.Collectors;

/**
 * What a pod does that a level forbids.
 *
 * @param reason in a few words, the same for all pods
 * @param detail where, and what to do instead; may be empty
 */
record Violation(String reason, String detail) {
    static String reasons(List<Violation> violations) {
        return violations.stream().map(Violation::reason).collect(Collectors.joining(", "));
    }

    static String details(List<Violation> violations) {
        return violations.stream().map(Violation::toString).collect(Collectors.joining(", "));
    }

    @Override
    public String toString() {
        return detail.isEmpty() ? reason : reason + " (" + detail + ")";
    }
}
