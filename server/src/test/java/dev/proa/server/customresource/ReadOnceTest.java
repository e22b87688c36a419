package dev.proa.server.customresource;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.apiextensions.v1.CustomResourceDefinition;
import dev.proa.api.codec.Yaml;
import dev.proa.server.apiextensions.RuleValidation;
import dev.proa.server.apiserver.ApiServer;
import dev.proa.server.catalog.Endpoint;
import dev.proa.server.store.Key;
import dev.proa.server.store.StoredObject;
import dev.proa.server.strategy.Strategy;
import dev.proa.server.webhook.ServiceResolver;
import dev.proa.server.webhook.WebhookClient;
import dev.proa.testing.Await;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A stored custom resource that needs no change is pruned and defaulted once for each definition. */
class ReadOnceTest {
    private final CustomResources resources = new CustomResources(
            ApiServer.metadataReader(),
            RuleValidation.NONE,
            new WebhookClient(
                    () -> {
                        throw new IllegalStateException("there is no webhook");
                    },
                    () -> {
                        throw new IllegalStateException("there is no webhook");
                    },
                    new ServiceResolver(new Random(1)),
                    () -> ""),
            new PrometheusRegistry());

    /** The endpoints of v1, which is stored, and v2. */
    private List<Endpoint> endpoints(String properties) {
        return resources.endpoints(new CustomResourceDefinition(Yaml.decodeMap("""
                apiVersion: apiextensions.k8s.io/v1
                kind: CustomResourceDefinition
                metadata: {name: widgets.example.com, uid: u, generation: 1}
                spec:
                  group: example.com
                  scope: Namespaced
                  names: {plural: widgets, singular: widget, kind: Widget, listKind: WidgetList}
                  versions:
                  - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, properties: PROPERTIES}}}
                  - {name: v2, served: true, storage: false, schema: {openAPIV3Schema: {type: object, properties: PROPERTIES}}}
                status:
                  acceptedNames: {plural: widgets, singular: widget, kind: Widget, listKind: WidgetList}
                """.replace("PROPERTIES", properties))));
    }

    private static StoredObject stored(String fields) {
        return new StoredObject(
                new Key("widgets.example.com", "default", "a"),
                Yaml.decodeMap("{apiVersion: example.com/v1, kind: Widget, metadata: {name: a, namespace: default,"
                        + " generation: 1}, " + fields + "}"),
                1,
                2);
    }

    @Test
    void whatNeedsNoChangeIsNotLookedAtAgain() {
        List<Endpoint> both = endpoints("{size: {type: integer, default: 1}, color: {type: string}}");
        Endpoint endpoint = both.getFirst();
        StoredObject stored = stored("size: 1, color: red");
        assertThat(stored.isAsItIsFor(endpoint.reader())).isFalse();
        assertThat(endpoint.inVersion(stored)).isSameAs(stored);
        assertThat(stored.isAsItIsFor(endpoint.reader())).isTrue();
        assertThat(endpoint.inVersion(stored)).isSameAs(stored);
        assertThat(endpoint.read(stored)).isSameAs(stored);

        StoredObject other = both.getLast().inVersion(stored);
        assertThat(other.value().string("apiVersion")).isEqualTo("example.com/v2");
        assertThat(stored.isAsItIsFor(both.getLast().reader())).isFalse();
    }

    @Test
    void anObjectThatNobodyReadsAgainKeepsNoOldDefinition() throws InterruptedException {
        StoredObject stored = stored("size: 1, color: red");
        WeakReference<Strategy> old = readOnce(stored);

        Await.until("the rules of the old definition are gone", () -> {
            System.gc();
            return old.refersTo(null);
        });
        assertThat(stored.revision()).isEqualTo(2);
    }

    private WeakReference<Strategy> readOnce(StoredObject stored) {
        Endpoint endpoint =
                endpoints("{size: {type: integer}, color: {type: string}}").getFirst();
        assertThat(endpoint.inVersion(stored)).isSameAs(stored);
        return new WeakReference<>(endpoint.strategy());
    }

    @Test
    void anotherDefinitionReadsItAnew() {
        StoredObject stored = stored("size: 1, color: red");
        endpoints("{size: {type: integer}, color: {type: string}}").getFirst().inVersion(stored);
        Endpoint later = endpoints("{size: {type: integer}, shape: {type: string, default: round}}")
                .getFirst();

        for (int i = 0; i < 2; i++) {
            StoredObject read = later.inVersion(stored);
            assertThat(read.value().has("color")).isFalse();
            assertThat(read.value().string("shape")).isEqualTo("round");
            assertThat(later.read(stored).value()).isEqualTo(read.value());
        }
        assertThat(stored.isAsItIsFor(later.reader())).isFalse();
    }
}
