package dev.proa.server.admission.webhook;

import dev.proa.api.codec.GoText;
import dev.proa.api.value.MapValue;
import dev.proa.server.admission.AdmissionAttributes;
import dev.proa.server.admission.GroupVersionKind;
import dev.proa.server.admission.matching.AdmissionRequest;
import dev.proa.server.admission.matching.Matched;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The question that a webhook is asked, as {@code admission.k8s.io AdmissionReview}.
 *
 * @param version {@code v1} or {@code v1beta1}, which differ in how strictly the answer is read
 * @param uid tells it from all other questions
 */
record AdmissionReview(String version, String uid) {
    private static final GroupVersionKind KIND = new GroupVersionKind("admission.k8s.io", "v1", "AdmissionReview");

    /**
     * The first version that a webhook accepts and this server knows; null when there is none.
     */
    static @Nullable AdmissionReview of(List<String> accepted, String uid) {
        for (String version : accepted) {
            if (version.equals("v1") || version.equals("v1beta1")) {
                return new AdmissionReview(version, uid);
            }
        }
        return null;
    }

    /**
     * The question about a request.
     *
     * @param target as what the webhook sees the request
     * @param object the object in the version of the target; empty when there is none
     * @param old likewise what it takes the place of
     */
    MapValue question(AdmissionAttributes request, Matched target, MapValue object, MapValue old) {
        MapValue asked = AdmissionRequest.of(request, target);
        asked = asked.with("uid", uid)
                .with("object", orNull(object))
                .with("oldObject", orNull(old))
                .with("options", asked.get("options"));
        return MapValue.of("kind", KIND.kind(), "apiVersion", "admission.k8s.io/" + version, "request", asked);
    }

    private static @Nullable MapValue orNull(MapValue value) {
        return value.isEmpty() ? null : value;
    }

    /**
     * What a webhook says.
     *
     * @param patch in Base64; empty for none
     * @param patchType empty for none
     * @param result a {@code Status}; empty for none
     */
    record Verdict(
            boolean allowed,
            String patch,
            String patchType,
            MapValue result,
            List<String> warnings,
            Map<String, String> auditAnnotations) {}

    /**
     * Reads an answer.
     *
     * @param mutating whether it may change the object
     * @throws IllegalArgumentException when it is none to this question; the message says why
     */
    Verdict verdict(MapValue answer, boolean mutating) {
        if (!(answer.get("response") instanceof MapValue response)) {
            throw new IllegalArgumentException("webhook response was absent");
        }
        String patch = response.string("patch");
        boolean typed = response.get("patchType") instanceof String;
        String patchType = response.string("patchType");
        if (version.equals("v1")) {
            check(answer, response);
            if (mutating) {
                checkPatch(patch, typed, patchType);
            } else if (!patch.isEmpty()) {
                throw new IllegalArgumentException("validating webhook may not return response.patch");
            } else if (typed) {
                throw new IllegalArgumentException("validating webhook may not return response.patchType");
            }
        } else {
            patch = mutating ? patch : "";
            patchType = patch.isEmpty() ? "" : "JSONPatch";
        }
        return new Verdict(
                response.bool("allowed"),
                patch,
                patchType,
                response.map("status"),
                warnings(response),
                annotations(response));
    }

    private void check(MapValue answer, MapValue response) {
        if (!response.string("uid").equals(uid)) {
            throw new IllegalArgumentException(
                    "expected response.uid=" + GoText.quote(uid) + ", got " + GoText.quote(response.string("uid")));
        }
        GroupVersionKind kind = GroupVersionKind.of(answer);
        if (!kind.equals(KIND)) {
            throw new IllegalArgumentException("expected webhook response of " + KIND + ", got " + kind);
        }
    }

    private static void checkPatch(String patch, boolean typed, String patchType) {
        if (!patch.isEmpty() && !typed) {
            throw new IllegalArgumentException("webhook returned response.patch but not response.patchType");
        }
        if (patch.isEmpty() && typed) {
            throw new IllegalArgumentException("webhook returned response.patchType but not response.patch");
        }
        if (typed && patchType.isEmpty()) {
            throw new IllegalArgumentException("webhook returned invalid response.patchType of \"\"");
        }
    }

    private static List<String> warnings(MapValue response) {
        List<String> warnings = new ArrayList<>(0);
        for (Object warning : response.list("warnings")) {
            if (warning instanceof String text && !text.isEmpty()) {
                warnings.add(text);
            }
        }
        return warnings;
    }

    private static Map<String, String> annotations(MapValue response) {
        Map<String, String> annotations = new TreeMap<>();
        for (Map.Entry<String, @Nullable Object> entry : response.map("auditAnnotations")) {
            if (entry.getValue() instanceof String text) {
                annotations.put(entry.getKey(), text);
            }
        }
        return annotations;
    }
}
