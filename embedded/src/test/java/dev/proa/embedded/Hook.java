package dev.proa.embedded;

import dev.proa.api.codec.Yaml;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.pki.CertificateAndKey;
import dev.proa.server.pki.Pki;
import dev.proa.testing.TestWebhook;
import dev.proa.testing.TestWebhook.Answer;
import dev.proa.testing.TestWebhook.Request;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** An admission or conversion webhook on a loopback port, with an authority of its own. */
final class Hook implements AutoCloseable {
    private static final Pki PKI = Pki.inMemory(Clock.systemUTC());
    private static final CertificateAndKey PAIR = PKI.kubeletServer("hook", List.of("hook.default.svc"));

    final TestWebhook server;

    Hook(Function<Request, Answer> answers) {
        server = new TestWebhook(PAIR.certificate(), PAIR.key(), answers);
    }

    /** One for admission, which allows everything. */
    static Hook allowing() {
        return new Hook(request -> verdict(request, MapValue.of("allowed", true)));
    }

    /** Where it is. */
    MapValue clientConfig(String path) {
        return MapValue.of("url", "https://127.0.0.1:" + server.port() + path, "caBundle", bundle());
    }

    static String bundle() {
        return Base64.getEncoder().encodeToString(PKI.authorityPem().getBytes(StandardCharsets.US_ASCII));
    }

    /** A webhook of a configuration; {@code yaml} has what is particular to it. */
    MapValue webhook(String name, String yaml) {
        MapValue particular = Yaml.decodeMap(yaml);
        MapValue.Builder webhook = MapValue.builder()
                .put("name", name)
                .put("clientConfig", clientConfig("/" + name))
                .put("sideEffects", "None")
                .put("timeoutSeconds", 30L) // the first call of a JVM on a busy machine takes its time
                .put("admissionReviewVersions", ListValue.of("v1"))
                .put(
                        "rules",
                        ListValue.of(
                                Yaml.decodeMap("{operations: [CREATE, UPDATE], apiGroups: ['*'], apiVersions: ['*'],"
                                        + " resources: [configmaps, pods]}")));
        particular.forEach(field -> webhook.put(field.getKey(), field.getValue()));
        return webhook.build();
    }

    static MapValue configuration(String kind, String name, MapValue... webhooks) {
        return MapValue.of(
                "apiVersion",
                "admissionregistration.k8s.io/v1",
                "kind",
                kind,
                "metadata",
                MapValue.of("name", name),
                "webhooks",
                ListValue.copyOf(List.of(webhooks)));
    }

    /** Answers by path: what is particular to the response. */
    void respond(Function<Request, MapValue> responses) {
        server.answer(request -> verdict(request, responses.apply(request)));
    }

    /** Allows everything, after a patch that depends on the object. */
    void patch(Function<Request, String> patches) {
        respond(request -> {
            String patch = patches.apply(request);
            return patch.isEmpty() ? MapValue.of("allowed", true) : patched(patch);
        });
    }

    static MapValue patched(String patch) {
        return MapValue.of(
                "allowed",
                true,
                "patchType",
                "JSONPatch",
                "patch",
                Base64.getEncoder().encodeToString(patch.getBytes(StandardCharsets.UTF_8)));
    }

    static MapValue denied(String message) {
        return MapValue.of("allowed", false, "status", MapValue.of("message", message));
    }

    static Answer verdict(Request request, MapValue response) {
        return Answer.of(MapValue.of(
                "apiVersion",
                "admission.k8s.io/v1",
                "kind",
                "AdmissionReview",
                "response",
                response.with("uid", request.body().map("request").string("uid"))));
    }

    /** What it was asked at a path, in order; not about what the server itself writes to its own namespace. */
    List<MapValue> asked(String name) {
        return server.requests().stream()
                .filter(request -> request.uri().startsWith("/" + name + "?"))
                .map(request -> request.body().map("request"))
                .filter(asked -> !asked.string("namespace").equals("kube-system"))
                .toList();
    }

    MapValue lastAsked(String name) {
        return asked(name).getLast();
    }

    static UnaryOperator<MapValue> label(String name, String value) {
        return meta -> meta.withMap("labels", labels -> labels.with(name, value));
    }

    @Override
    public void close() {
        server.close();
    }
}
