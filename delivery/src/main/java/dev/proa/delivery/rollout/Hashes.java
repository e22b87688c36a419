package dev.proa.delivery.rollout;

import dev.proa.api.codec.Json;
import dev.proa.api.core.v1.PodTemplateSpec;
import dev.proa.api.value.MapValue;
import dev.proa.delivery.argo.CanaryStrategy;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The short texts by which versions and lists of steps are told apart: FNV-1a of their JSON, in letters that make no words. */
final class Hashes {
    private static final int START = 0x811c9dc5;
    private static final int PRIME = 0x01000193;
    private static final String SAFE = "bcdfghjklmnpqrstvwxz2456789";

    private Hashes() {}

    /** The hash of a pod template; {@code collisions} gives another one when that of the template is taken. */
    static String ofTemplate(PodTemplateSpec template, int collisions) {
        MapValue metadata = template.value().map("metadata").without("creationTimestamp");
        String json = Json.toString(template.value().with("metadata", metadata));
        return text(collisions == 0 ? json : json + collisions);
    }

    /** The hash of the steps of a canary update; empty for other strategies. */
    static String ofSteps(@Nullable CanaryStrategy canary) {
        return canary == null ? "" : text(Json.toString(canary.value().list("steps")));
    }

    private static String text(String json) {
        int hash = START;
        for (byte b : json.getBytes(StandardCharsets.UTF_8)) {
            hash ^= b & 0xff;
            hash *= PRIME;
        }
        StringBuilder safe = new StringBuilder();
        Integer.toUnsignedString(hash).chars().forEach(digit -> safe.append(SAFE.charAt(digit % SAFE.length())));
        return safe.toString();
    }
}
