package dev.proa.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.status.FieldError;
import dev.proa.api.status.Resource;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.AnyObject;
import dev.proa.client.Client;
import dev.proa.client.ResourceClient;
import dev.proa.client.Transport;
import dev.proa.delivery.config.DeliveryFailure;
import dev.proa.delivery.source.Kinds;
import dev.proa.testing.FakeTransport;
import dev.proa.testing.SimulatedClock;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ApplierTest {
    private final FakeTransport server = new FakeTransport(new SimulatedClock());
    private final Client client = new Client(server);
    private final Applier applier = new Applier(client, Kinds::describe, false);

    private static MapValue settings(String data) {
        return Yamls.object("{apiVersion: v1, kind: ConfigMap, metadata: {name: settings, namespace: default}, data: "
                + data + "}");
    }

    private MapValue live() {
        return resource().get("settings").value();
    }

    private ResourceClient<AnyObject> resource() {
        return client.resource(Kinds.of(settings("{}"))).in("default");
    }

    @Test
    void createsThenLeavesAloneThenConfigures() {
        assertThat(applier.apply(settings("{a: x}"))).isEqualTo(Applier.Change.CREATED);
        String version = live().map("metadata").string("resourceVersion");
        assertThat(applier.apply(settings("{a: x}"))).isEqualTo(Applier.Change.UNCHANGED);
        assertThat(live().map("metadata").string("resourceVersion")).isEqualTo(version);
        assertThat(applier.apply(settings("{b: z}"))).isEqualTo(Applier.Change.CONFIGURED);
        assertThat(live().map("data")).isEqualTo(MapValue.of("b", "z"));
        assertThat(live().map("metadata").map("annotations").string(Applier.LAST_APPLIED))
                .contains("\"b\":\"z\"");
    }

    @Test
    void makesJobsAnewWhosePodsAreToBeOthers() {
        assertThat(applier.apply(job("a", 1))).isEqualTo(Applier.Change.CREATED);
        server.intercept(request -> {
            boolean another = request.body() instanceof MapValue body
                    && request.verb().equals("update")
                    && !body.map("spec")
                            .map("template")
                            .equals(job("a", 1).map("spec").map("template"));
            if (another) {
                FieldError error = FieldError.invalid("spec.template", "x", "field is immutable");
                throw StatusException.invalid(new Resource("batch", "Job"), "import", List.of(error));
            }
            return request;
        });
        assertThat(applier.apply(job("a", 2))).as("no template").isEqualTo(Applier.Change.CONFIGURED);
        String uid = jobs().get("import").uid();
        applier.check(List.of(job("b", 2)));
        assertThat(applier.preview(job("b", 2))
                        .after()
                        .map("spec")
                        .map("template")
                        .string("image"))
                .isEqualTo("b");
        assertThat(jobs().get("import").uid())
                .as("checked, and nothing changed")
                .isEqualTo(uid);
        assertThat(applier.apply(job("b", 2))).isEqualTo(Applier.Change.REPLACED);
        assertThat(jobs().get("import").uid()).isNotEqualTo(uid);
    }

    private static MapValue job(String image, int parallelism) {
        return Yamls.object("{apiVersion: batch/v1, kind: Job, metadata: {name: import, namespace: default},"
                + " spec: {parallelism: " + parallelism + ", template: {image: " + image + "}}}");
    }

    private ResourceClient<AnyObject> jobs() {
        return client.resource(Kinds.of(job("a", 1))).in("default");
    }

    @Test
    void keepsWhatOthersAdded() {
        applier.apply(settings("{a: x}"));
        resource().update(Kinds.of(settings("{}")).of(live().withMap("data", data -> data.with("theirs", "z"))));
        applier.apply(settings("{a: changed}"));
        assertThat(live().map("data")).isEqualTo(MapValue.of("a", "changed", "theirs", "z"));
    }

    @Test
    void triesAgainWhenSomebodyElseWasQuicker() {
        applier.apply(settings("{a: x}"));
        AtomicInteger conflicts = new AtomicInteger(2);
        server.intercept(request -> {
            if (request.verb().equals("update") && conflicts.getAndDecrement() > 0) {
                throw StatusException.modified(new Resource("", "configmaps"), "settings");
            }
            return request;
        });
        assertThat(applier.apply(settings("{a: y}"))).isEqualTo(Applier.Change.CONFIGURED);
    }

    @Test
    void givesUpWhenSomebodyElseIsAlwaysQuicker() {
        applier.apply(settings("{a: x}"));
        server.intercept(request -> {
            if (request.verb().equals("update")) {
                throw StatusException.modified(new Resource("", "configmaps"), "settings");
            }
            return request;
        });
        assertThatThrownBy(() -> applier.apply(settings("{a: y}")))
                .isInstanceOf(DeliveryFailure.class)
                .hasMessageContaining("configmap/settings changes all the time");
    }

    @Test
    void changesNothingWhileItChecks() {
        applier.apply(settings("{a: x}"));
        List<Transport.Request> before = List.copyOf(server.writes());
        applier.check(List.of(
                settings("{a: y}"),
                Yamls.object("{apiVersion: v1, kind: Service, metadata: {name: web, namespace: default}}")));
        assertThat(live().map("data")).isEqualTo(MapValue.of("a", "x"));
        assertThat(server.writes().stream().skip(before.size()))
                .hasSize(2)
                .allMatch(request -> "All".equals(request.query().get("dryRun")));
    }

    @Test
    void saysWhatWouldBeRefusedBeforeAnythingIsChanged() {
        server.intercept(request -> {
            if (request.path().contains("/services") && request.verb().equals("create")) {
                throw StatusException.badRequest("spec.ports: Required value");
            }
            return request;
        });
        assertThatThrownBy(() -> applier.check(List.of(
                        settings("{a: x}"),
                        Yamls.object("{apiVersion: v1, kind: Service, metadata: {name: web, namespace: default}}"))))
                .isInstanceOf(DeliveryFailure.class)
                .hasMessageContaining("service/web was refused: spec.ports: Required value")
                .hasMessageContaining("Nothing was changed");
        assertThat(resource().find("settings")).isNull();
    }

    @Test
    void letsWhatLivesInANewNamespacePass() {
        server.intercept(request -> {
            if (request.path().contains("/namespaces/team/") && request.verb().equals("create")) {
                throw StatusException.notFound(new Resource("", "namespaces"), "team");
            }
            return request;
        });
        MapValue inTeam = settings("{a: x}").withMap("metadata", metadata -> metadata.with("namespace", "team"));
        MapValue namespace = Yamls.object("{apiVersion: v1, kind: Namespace, metadata: {name: team}}");
        applier.check(List.of(namespace, inTeam));
        assertThatThrownBy(() -> applier.check(List.of(inTeam))).isInstanceOf(DeliveryFailure.class);
    }
}
