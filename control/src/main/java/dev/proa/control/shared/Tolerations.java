package dev.proa.control.shared;

import dev.proa.api.core.v1.Taint;
import dev.proa.api.core.v1.Toleration;

/** Decides whether a pod tolerates the taints of a node. */
public final class Tolerations {
    private Tolerations() {}

    /** Whether {@code toleration} covers {@code taint}; an empty key with {@code Exists} covers all, so does an empty effect. */
    public static boolean covers(Toleration toleration, Taint taint) {
        if (!toleration.effect().isEmpty() && !toleration.effect().equals(taint.effect())) {
            return false;
        }
        if (!toleration.key().isEmpty() && !toleration.key().equals(taint.key())) {
            return false;
        }
        return switch (toleration.operator()) {
            case "", "Equal" ->
                !toleration.key().isEmpty() && toleration.value_().equals(taint.value_());
            case "Exists" -> true;
            case "Lt" -> compare(taint.value_(), toleration.value_()) < 0;
            case "Gt" -> compare(taint.value_(), toleration.value_()) > 0;
            default -> false;
        };
    }

    /** Values that are no numbers are neither greater nor less. */
    private static int compare(String a, String b) {
        try {
            return Long.compare(Long.parseLong(a), Long.parseLong(b));
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
