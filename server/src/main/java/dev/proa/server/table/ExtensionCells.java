package dev.proa.server.table;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Cells of the groups {@code apiregistration.k8s.io} and {@code certificates.k8s.io}. */
final class ExtensionCells {
    private ExtensionCells() {}

    static TableFormat.@Nullable Cells of(String resource) {
        return switch (resource) {
            case "apiservices" -> ExtensionCells::apiService;
            case "certificatesigningrequests" -> ExtensionCells::signingRequest;
            default -> null;
        };
    }

    private static ListValue apiService(MapValue service, Instant now) {
        MapValue reference = service.map("spec").map("service");
        String available = "Unknown";
        ListValue conditions = service.map("status").list("conditions");
        for (int i = 0; i < conditions.size(); i++) {
            MapValue condition = conditions.map(i);
            if (condition.string("type").equals("Available")) {
                available = condition.string("status").equals("True")
                        ? "True"
                        : condition.string("status") + " (" + condition.string("reason") + ")";
            }
        }
        return ListValue.of(
                Text.name(service),
                reference.isEmpty() ? "Local" : reference.string("namespace") + "/" + reference.string("name"),
                available,
                Text.age(service, now));
    }

    private static ListValue signingRequest(MapValue request, Instant now) {
        MapValue spec = request.map("spec");
        MapValue status = request.map("status");
        String state = "Pending";
        boolean failed = false;
        boolean denied = false;
        for (int i = 0; i < status.list("conditions").size(); i++) {
            switch (status.list("conditions").map(i).string("type")) {
                case "Approved" -> state = denied ? state : "Approved";
                case "Denied" -> {
                    denied = true;
                    state = "Denied";
                }
                case "Failed" -> failed = true;
                default -> {}
            }
        }
        String issued = status.string("certificate").isEmpty() ? "" : ",Issued";
        return ListValue.of(
                Text.name(request),
                Text.age(request, now),
                Text.or(spec.string("signerName"), Text.NONE),
                spec.string("username"),
                spec.get("expirationSeconds") instanceof Long seconds
                        ? Text.duration(Duration.ofSeconds(seconds))
                        : Text.NONE,
                state + (failed ? ",Failed" : "") + issued);
    }
}
