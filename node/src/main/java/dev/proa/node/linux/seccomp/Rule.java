package dev.proa.node.linux.seccomp;

import java.util.List;

/**
 * The action on a call whose arguments match conditions.
 *
 * @param call its name
 * @param conditions that must all hold; with none, the rule is for all calls of the name
 */
public record Rule(String call, Action action, List<Condition> conditions) {
    private static final int MOST_CONDITIONS = 6;

    public Rule {
        conditions = List.copyOf(conditions);
        if (conditions.size() > MOST_CONDITIONS) {
            throw new IllegalArgumentException("more than " + MOST_CONDITIONS + " conditions for " + call);
        }
    }
}
