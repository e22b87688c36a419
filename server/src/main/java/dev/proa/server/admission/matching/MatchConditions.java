package dev.proa.server.admission.matching;

import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.admission.AdmissionAttributes;

/** The {@code matchConditions} of a webhook or policy (KEP-3716). Immutable, safe for any thread. */
@FunctionalInterface
public interface MatchConditions {
    /** No condition at all. */
    MatchConditions NONE = (request, target, object, old) -> true;

    /**
     * Whether all of them hold.
     *
     * @param request what is asked
     * @param target as what the webhook sees it
     * @param object the object in that version; empty when there is none
     * @param old likewise what it takes the place of
     * @throws StatusException when one cannot be evaluated, none is false, and the request must not pass then (403)
     */
    boolean hold(AdmissionAttributes request, Matched target, MapValue object, MapValue old);

    /** Reads conditions. */
    @FunctionalInterface
    interface Compiler {
        /** Knows no conditions: where there are any, they cannot be evaluated. */
        Compiler NONE =
                (conditions, ignoresFailures) -> conditions.isEmpty() ? MatchConditions.NONE : refused(ignoresFailures);

        /**
         * The conditions of a webhook or policy; they have been validated.
         *
         * @param conditions objects with a {@code name} and an {@code expression}
         * @param ignoresFailures whether the webhook is not called when one cannot be evaluated; else the request is refused
         */
        MatchConditions compile(ListValue conditions, boolean ignoresFailures);

        private static MatchConditions refused(boolean ignoresFailures) {
            return (request, target, object, old) -> {
                if (ignoresFailures) {
                    return false;
                }
                throw request.forbidden("this server evaluates no match conditions");
            };
        }
    }
}
