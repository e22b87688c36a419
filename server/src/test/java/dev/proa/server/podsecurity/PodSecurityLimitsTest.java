package dev.proa.server.podsecurity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.codec.Yaml;
import dev.proa.api.resource.ResourceCatalog;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.server.admission.AdmissionAttributes;
import dev.proa.server.admission.AdmissionAttributes.Operation;
import dev.proa.server.admission.TestAttributes;
import dev.proa.server.store.Key;
import dev.proa.server.store.MemoryStore;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What happens with many pods, with labels that were never checked, and without a namespace. */
class PodSecurityLimitsTest {
    private static final MapValue RESTRICTED =
            Yaml.decodeMap("{metadata: {name: ns, labels: {pod-security.kubernetes.io/enforce: restricted}}}");

    private final MemoryStore store = MemoryStore.inMemory();
    private final AtomicLong nanos = new AtomicLong();

    @AfterEach
    void close() {
        store.close();
    }

    private void pods(String prefix, int count, String controller) {
        for (int i = 0; i < count; i++) {
            String name = prefix + i;
            store.create(
                    new Key("pods", "ns", name),
                    Yaml.decodeMap("{metadata: {name: " + name + ", namespace: ns, ownerReferences: [{uid: "
                            + controller + ", controller: true}]}, spec: {containers: [{name: c}]}}"));
        }
    }

    private AdmissionAttributes restricting() {
        return TestAttributes.of(
                Operation.UPDATE, "namespaces", RESTRICTED, Yaml.decodeMap("{metadata: {name: ns}}"), store.snapshot());
    }

    @Test
    void oneOfEachControllerIsLookedAtFirst() {
        pods("a", 3, "one");
        pods("b", 2, "two");
        long[] each = {0, 0, 2_000_000_000}; // the second is over after the second pod
        AtomicLong calls = new AtomicLong();
        AdmissionAttributes request = restricting();

        new NamespaceLabels(
                        PodSecurityConfiguration.DEFAULT,
                        () -> each[(int) Math.min(calls.getAndIncrement(), each.length - 1)])
                .validate(request);

        assertThat(request.warnings())
                .containsExactly(
                        "new PodSecurity enforce level only checked against the first 2 of 5 existing pods",
                        "existing pods in namespace \"ns\" violate the new PodSecurity enforce level \"restricted:latest\"",
                        "a0 (and 1 other pod): allowPrivilegeEscalation != false, unrestricted capabilities,"
                                + " runAsNonRoot != true, seccompProfile");
    }

    @Test
    void threeThousandPodsAreEnough() {
        pods("p", 3_001, "one");
        AdmissionAttributes request = restricting();

        new NamespaceLabels(PodSecurityConfiguration.DEFAULT, nanos::get).validate(request);

        assertThat(request.warnings())
                .contains("new PodSecurity enforce level only checked against the first 3000 of 3001 existing pods")
                .anyMatch(warning -> warning.startsWith("p0 (and 2999 other pods): "));
    }

    private AdmissionAttributes creating(String plural) {
        return TestAttributes.of(
                Operation.CREATE,
                Objects.requireNonNull(
                        plural.equals("pods")
                                ? ResourceCatalog.builtin().byPlural("", "v1", plural)
                                : ResourceCatalog.builtin().byPlural("apps", "v1", plural)),
                Yaml.decodeMap("{metadata: {name: p, namespace: ns}, spec: {hostNetwork: true, containers: [{name: c}],"
                        + " template: {spec: {hostNetwork: true, containers: [{name: c}]}}}}"),
                MapValue.EMPTY,
                store.snapshot());
    }

    @Test
    void labelsThatNobodyCheckedAreTheStrictest() {
        store.create(
                new Key("namespaces", "", "ns"),
                Yaml.decodeMap("{metadata: {name: ns, labels: {pod-security.kubernetes.io/enforce: none}}}"));
        PrometheusRegistry registry = new PrometheusRegistry();
        PodSecurity plugin = new PodSecurity(PodSecurityConfiguration.DEFAULT, new PodSecurityMetrics(registry));

        assertThatThrownBy(() -> plugin.validate(creating("pods")))
                .isInstanceOf(StatusException.class)
                .hasMessageContaining("violates PodSecurity \"restricted:latest\": host namespaces");
        CounterSnapshot errors = registry.scrape("pod_security_errors"::equals).stream()
                .map(CounterSnapshot.class::cast)
                .findFirst()
                .orElseThrow();
        assertThat(errors.getDataPoints()).singleElement().satisfies(point -> {
            assertThat(point.getValue()).isEqualTo(1);
            assertThat(point.getLabels().get("fatal")).isEqualTo("false");
            assertThat(point.getLabels().get("resource")).isEqualTo("pod");
        });
        plugin.validate(creating("deployments"));
    }

    @Test
    void aPodOfNoNamespaceIsRefused() {
        PodSecurity plugin = new PodSecurity();

        assertThatThrownBy(() -> plugin.validate(creating("pods")))
                .hasMessage("Internal error occurred: failed to lookup namespace \"ns\"");
        plugin.validate(creating("deployments"));
    }
}
