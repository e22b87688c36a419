package dev.proa.control.shared;

import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;

/** Namespaces that are being emptied refuse what is new; there is nothing to try again then. */
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
