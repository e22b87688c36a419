package com.example.injector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.ByteArrayInputStream;
import java.io.StringReader;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

class InjectorTest {
    private final Injector injector = new Injector(json("""
            {"initContainers": [{"name": "logs", "image": "shipper", "restartPolicy": "Always"}, {"name": "second", "image": "i"}],
             "volumes": [{"name": "logs", "emptyDir": {}}]}
            """));

    private static JsonObject json(String text) {
        try (JsonReader reader = Json.createReader(new StringReader(text))) {
            return reader.readObject();
        }
    }

    private JsonObject injected(String spec) {
        JsonObject pod = json("{\"spec\": " + spec + "}");
        return injector.patch(pod.getJsonObject("spec")).apply(pod).getJsonObject("spec");
    }

    private static List<String> names(JsonObject spec, String list) {
        return spec.getJsonArray(list).getValuesAs(JsonObject.class).stream()
                .map(item -> item.getString("name"))
                .toList();
    }

    @Test
    void aPodGetsWhatItHasNot() {
        JsonObject spec = injected("{\"containers\": [{\"name\": \"app\"}]}");

        assertEquals(List.of("logs", "second"), names(spec, "initContainers"));
        assertEquals(List.of("app"), names(spec, "containers"));
        assertEquals(List.of("logs"), names(spec, "volumes"));
    }

    @Test
    void sidecarsStartFirst() {
        JsonObject spec = injected("{\"initContainers\": [{\"name\": \"setup\"}], \"volumes\": [{\"name\": \"data\"}]}");

        assertEquals(List.of("logs", "second", "setup"), names(spec, "initContainers"));
        assertEquals(List.of("data", "logs"), names(spec, "volumes"));
    }

    @Test
    void onceIsEnough() {
        JsonObject once = injected("{\"containers\": [{\"name\": \"app\"}]}");

        assertEquals(once, injected(once.toString()));
    }

    @Test
    void aReviewIsAnswered() {
        JsonObject response = injector.review(json("""
                        {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview",
                         "request": {"uid": "u-1", "object": {"spec": {"containers": [{"name": "app"}]}}}}
                        """)).getJsonObject("response");

        assertEquals("u-1", response.getString("uid"));
        assertEquals("JSONPatch", response.getString("patchType"));
        byte[] patch = Base64.getDecoder().decode(response.getString("patch"));
        try (JsonReader reader = Json.createReader(new ByteArrayInputStream(patch))) {
            assertFalse(reader.readArray().isEmpty());
        }
    }

    @Test
    void theTemplateHasOnlyWhatIsInjected() {
        assertThrows(IllegalArgumentException.class, () -> new Injector(json("{\"hostNetwork\": true}")));
    }
}
