package dev.proa.embedded.aggregator;

import dev.proa.api.apiregistration.v1.APIService;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The condition {@code Available} of API services. */
final class ApiServiceConditions {
    private static final String AVAILABLE = "Available";

    private ApiServiceConditions() {}

    /**
     * What is to be said.
     *
     * @param status True, False or Unknown
     */
    record Verdict(String status, String reason, String message) {
        static final Verdict LOCAL = new Verdict("True", "Local", "Local APIServices are always available");
        static final Verdict PASSED = new Verdict("True", "Passed", "all checks passed");

        static Verdict failed(String reason, String message) {
            return new Verdict("False", reason, message);
        }

        boolean isGood() {
            return status.equals("True");
        }
    }

    static boolean isAvailable(APIService service) {
        MapValue condition = find(service.value().map("status").list("conditions"));
        return condition != null && condition.string("status").equals("True");
    }

    /** An API service of which that is said; the same when it says so already. */
    static APIService with(APIService service, Verdict verdict, Instant now) {
        ListValue conditions = service.value().map("status").list("conditions");
        MapValue before = find(conditions);
        Object since = before != null && before.string("status").equals(verdict.status())
                ? before.get("lastTransitionTime")
                : Times.format(now);
        MapValue condition = MapValue.of(
                "type",
                AVAILABLE,
                "status",
                verdict.status(),
                "lastTransitionTime",
                since,
                "reason",
                verdict.reason(),
                "message",
                verdict.message());
        if (condition.equals(before)) {
            return service;
        }
        ListValue after =
                before == null ? conditions.plus(condition) : conditions.with(conditions.indexOf(before), condition);
        return new APIService(service.value().withMap("status", status -> status.with("conditions", after)));
    }

    private static @Nullable MapValue find(ListValue conditions) {
        for (int i = 0; i < conditions.size(); i++) {
            if (conditions.map(i).string("type").equals(AVAILABLE)) {
                return conditions.map(i);
            }
        }
        return null;
    }
}
