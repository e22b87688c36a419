package com.example.injector;

import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonPatch;
import jakarta.json.JsonPatchBuilder;
import jakarta.json.JsonValue;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Decides what a pod gets: the containers and volumes of a template that it does not have yet, by name. So a pod that is reviewed twice
 * (reinvocation) gets them once, and a pod may bring its own.
 */
final class Injector {
    private static final List<String> LISTS = List.of("initContainers", "containers", "volumes");

    private final JsonObject template;

    /** @param template of a pod's spec, with initContainers, containers and volumes, each optional */
    Injector(JsonObject template) {
        for (String field : template.keySet()) {
            if (!LISTS.contains(field)) {
                throw new IllegalArgumentException("the sidecar has " + field + "; it may have " + LISTS);
            }
        }
        this.template = template;
    }

    /**
     * Answers an {@code AdmissionReview} of {@code admission.k8s.io/v1} about a pod.
     *
     * @throws RuntimeException when it is not one
     */
    JsonObject review(JsonObject review) {
        JsonObject request = review.getJsonObject("request");
        JsonObjectBuilder response =
                Json.createObjectBuilder().add("uid", request.getString("uid")).add("allowed", true);
        JsonArray patch = patch(request.getJsonObject("object").getJsonObject("spec")).toJsonArray();
        if (!patch.isEmpty()) {
            byte[] text = patch.toString().getBytes(StandardCharsets.UTF_8);
            response.add("patchType", "JSONPatch").add("patch", Base64.getEncoder().encodeToString(text));
        }
        return Json.createObjectBuilder()
                .add("apiVersion", review.getString("apiVersion"))
                .add("kind", "AdmissionReview")
                .add("response", response)
                .build();
    }

    /** What is added to a pod's spec, as changes of the pod. */
    JsonPatch patch(JsonObject spec) {
        JsonPatchBuilder patch = Json.createPatchBuilder();
        for (String list : LISTS) {
            JsonArray missing = missing(list, spec);
            if (missing.isEmpty()) {
                continue;
            }
            if (!spec.containsKey(list)) {
                patch.add("/spec/" + list, missing);
                continue;
            }
            // Sidecars are init containers with restartPolicy Always: they start before all others.
            String place = list.equals("initContainers") ? "/0" : "/-";
            List<JsonValue> items = list.equals("initContainers") ? missing.reversed() : missing;
            items.forEach(item -> patch.add("/spec/" + list + place, item));
        }
        return patch.build();
    }

    private JsonArray missing(String list, JsonObject spec) {
        Set<String> present = new HashSet<>();
        items(spec, list).forEach(item -> present.add(item.getString("name")));
        JsonArrayBuilder missing = Json.createArrayBuilder();
        items(template, list).stream()
                .filter(item -> !present.contains(item.getString("name")))
                .forEach(missing::add);
        return missing.build();
    }

    private static List<JsonObject> items(JsonObject spec, String list) {
        return spec.containsKey(list) ? spec.getJsonArray(list).getValuesAs(JsonObject.class) : List.of();
    }
}
