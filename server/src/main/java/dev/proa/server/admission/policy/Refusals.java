package dev.proa.server.admission.policy;

import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.server.admission.AdmissionAttributes;

/** What clients are told when a policy refuses their request. */
final class Refusals {
    private Refusals() {}

    /** @param reason {@code Invalid}, {@code Forbidden}, {@code Unauthorized} or {@code RequestEntityTooLarge} */
    static StatusException of(AdmissionAttributes request, String message, String reason) {
        long code = switch (reason) {
            case "Forbidden" -> 403;
            case "Unauthorized" -> 401;
            case "RequestEntityTooLarge" -> 413;
            default -> 422;
        };
        MapValue status = request.forbidden(message).status();
        return StatusException.from(status.with("reason", reason)
                .with("code", code)
                .withMap(
                        "details",
                        details ->
                                details.with("causes", details.list("causes").plus(MapValue.of("message", message)))));
    }
}
