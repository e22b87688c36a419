package dev.proa.api.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.apps.v1.Deployment;
import dev.proa.api.codec.Json;
import dev.proa.api.coordination.v1.Lease;
import dev.proa.api.core.v1.Container;
import dev.proa.api.core.v1.ContainerPort;
import dev.proa.api.core.v1.EnvVar;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Secret;
import dev.proa.api.core.v1.ServicePort;
import dev.proa.api.value.IntOrString;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Quantity;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ViewTest {
    @Test
    void readsWhatIsAbsentAsZero() {
        Pod pod = Pod.of("default", "web");
        assertThat(pod.spec().nodeName()).isEmpty();
        assertThat(pod.spec().priority()).isZero();
        assertThat(pod.spec().hostNetwork()).isFalse();
        assertThat(pod.spec().containers()).isEmpty();
        assertThat(pod.spec().nodeSelector()).isEmpty();
        assertThat(pod.spec().securityContext().seccompProfile().type()).isEmpty();
        assertThat(pod.status().startTime()).isNull();
        assertThat(pod.hasStatus()).isFalse();
        assertThat(pod.isDeleting()).isFalse();
    }

    @Test
    void startsWithTypeAndName() {
        assertThat(Json.toString(Deployment.of("default", "web").value()))
                .isEqualTo("{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\","
                        + "\"metadata\":{\"name\":\"web\",\"namespace\":\"default\"}}");
        assertThat(Deployment.KIND.of("default", "web")).isEqualTo(Deployment.of("default", "web"));
        assertThat(Deployment.KIND.resource()).isEqualTo("deployments.apps");
        assertThat(Pod.KIND.apiVersion()).isEqualTo("v1");
    }

    @Test
    void copiesWithChanges() {
        Pod pod = Pod.of("default", "web")
                .withSpec(spec -> spec.withNodeName("node-1")
                        .withContainers(List.of(Container.EMPTY
                                .withName("web")
                                .withImage("nginx")
                                .withPorts(List.of(ContainerPort.EMPTY.withContainerPort(80)))
                                .withEnv(List.of(EnvVar.EMPTY.withName("A").withValue("b")))
                                .withResources(
                                        resources -> resources.withLimits(Map.of("cpu", Quantity.parse("0.5"))))))
                        .withNodeSelector(Map.of("disk", "ssd")));
        assertThat(pod.value().at("spec", "nodeName")).isEqualTo("node-1");
        Container container = pod.spec().containers().getFirst();
        assertThat(container.env().getFirst().value_()).isEqualTo("b");
        assertThat(container.ports().getFirst().containerPort()).isEqualTo(80);
        assertThat(container.resources().limits().get("cpu").milliValue()).isEqualTo(500);
        assertThat(pod.spec().nodeSelector()).containsExactly(Map.entry("disk", "ssd"));
        Pod unbound = pod.withSpec(spec -> spec.withoutNodeName());
        assertThat(unbound.spec().hasNodeName()).isFalse();
        assertThat(unbound.spec().value().list("containers"))
                .isSameAs(pod.spec().value().list("containers"));
    }

    @Test
    void readsTheOtherScalars() {
        Secret secret = new Secret(MapValue.of("data", MapValue.of("key", "aGVsbG8=")));
        assertThat(secret.data().get("key")).asString().isEqualTo("hello");
        assertThat(ServicePort.EMPTY.withTargetPort(IntOrString.of("http")).targetPort())
                .isEqualTo(IntOrString.of("http"));
        Instant now = Instant.parse("2026-01-31T08:09:10.123456Z");
        Lease lease = Lease.of("kube-system", "scheduler").withSpec(spec -> spec.withRenewTime(now));
        assertThat(lease.value().at("spec", "renewTime")).isEqualTo("2026-01-31T08:09:10.123456Z");
        assertThat(lease.spec().renewTime()).isEqualTo(now);
        Lease named = lease.withMetadata(meta -> meta.withCreationTimestamp(now));
        assertThat(named.value().at("metadata", "creationTimestamp")).isEqualTo("2026-01-31T08:09:10Z");
        assertThat(named.withMetadata(meta -> meta.withCreationTimestamp(null))
                        .metadata()
                        .has("creationTimestamp"))
                .isFalse();
    }
}
