package dev.proa.delivery.pipeline.run;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** Lets one member of a group go on at a time; of those that wait only the newest stays. Thread-safe. */
final class ConcurrencyGroups {
    private final Map<String, ArrayDeque<Member>> groups = new HashMap<>();

    /** Somebody who wants to go on. What it is told is told outside of any lock. */
    interface Member {
        /** It may go on. */
        void go();

        /** A newer one takes its place: it has to end, and to {@link ConcurrencyGroups#leave} when it has. */
        void giveWay(String reason);
    }

    private static String key(String scope, String group) {
        return scope + "\n" + group.toLowerCase(Locale.ROOT);
    }

    /**
     * Asks to go on.
     *
     * @param scope within which groups of the same name are the same, as a repository
     * @param cancel whether the one that goes on is to end for this one
     */
    void enter(String scope, String group, boolean cancel, Member member) {
        Member ousted = null;
        Member cancelled = null;
        boolean first;
        synchronized (groups) {
            ArrayDeque<Member> members = groups.computeIfAbsent(key(scope, group), key -> new ArrayDeque<>());
            if (members.contains(member)) {
                return;
            }
            first = members.isEmpty();
            if (members.size() > 1) {
                ousted = members.removeLast();
            }
            if (!first && cancel) {
                cancelled = members.peekFirst();
            }
            members.addLast(member);
        }
        if (ousted != null) {
            ousted.giveWay("a newer one of the group " + group + " waits in its place");
        }
        if (cancelled != null) {
            cancelled.giveWay("a newer one of the group " + group + " has begun");
        }
        if (first) {
            member.go();
        }
    }

    /** Ends a membership; the one that waits goes on. */
    void leave(String scope, String group, Member member) {
        Member next = null;
        synchronized (groups) {
            ArrayDeque<Member> members = groups.get(key(scope, group));
            if (members == null) {
                return;
            }
            boolean was = member.equals(members.peekFirst());
            members.remove(member);
            if (members.isEmpty()) {
                groups.remove(key(scope, group));
            } else if (was) {
                next = members.peekFirst();
            }
        }
        if (next != null) {
            next.go();
        }
    }
}
