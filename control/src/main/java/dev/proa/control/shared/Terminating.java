package dev.proa.control.shared;

import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;

/** Recognizes the error with which a namespace that is being deleted refuses new objects; trying again is of no use then. */
public final class Terminating {
    private static final String REASON = "NamespaceTerminating";

    private Terminating() {}

    /** Whether a creation failed because its namespace is being deleted. */
    public static boolean isCauseOf(StatusException e) {
        ListValue causes = e.status().map("details").list("causes");
        for (int i = 0; i < causes.size(); i++) {
            if (causes.map(i).string("reason").equals(REASON)) {
                return true;
            }
        }
        return false;
    }
}
