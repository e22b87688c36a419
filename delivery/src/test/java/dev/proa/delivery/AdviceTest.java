package dev.proa.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.apps.v1.Deployment;
import dev.proa.api.core.v1.PodSpec;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class AdviceTest {
    private static final PodSpec WEB =
            new Deployment(Yamls.object("""
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, namespace: default}
            spec: {template: {spec: {containers: [{name: main, resources: {limits: {memory: 256Mi}}}, {name: side}]}}}
            """)).spec().template().spec();

    private static final Advice GENERATED = new Advice(Path.of("/src/web"), true);
    private static final Advice WRITTEN = new Advice(Path.of("/src/web"), false);

    private static List<String> onRefused(Advice advice, String seen) {
        return advice.on(
                WEB,
                List.of(),
                List.of("Startup probe failed: dial tcp 10.0.0.7:8080: connect: connection refused" + seen));
    }

    private static RolloutProblem ended(String container, String what, String said) {
        return new RolloutProblem(container, List.of("web-1"), what, said);
    }

    @Test
    void saysWhereItListensAndHowToSaySo() {
        assertThat(onRefused(GENERATED, " (in the pod, what listens: 127.0.0.1:9000, *:3000)"))
                .containsExactly(
                        "it is expected on port 8080, and listens on port 3000: have it listen on the port that "
                                + "the environment names as PORT, or say which one it takes: proa deploy /src/web --port 3000");
        assertThat(onRefused(WRITTEN, " (in the pod, what listens: *:3000)"))
                .containsExactly(
                        "it is expected on port 8080, and listens on port 3000: have it listen there, or write "
                                + "its port as containerPort in /src/web/k8s, and as targetPort of its service");
    }

    @Test
    void saysThatOnlyThePodItselfReachesIt() {
        assertThat(onRefused(GENERATED, " (in the pod, what listens: 127.0.0.1:8080)"))
                .containsExactly("it listens on 127.0.0.1:8080, where only its own pod reaches it: have it listen on "
                        + "0.0.0.0, all addresses");
    }

    /** As of a node of Kubernetes, which does not look. */
    @Test
    void saysWhereItIsExpectedWhenNobodySawWhereItListens() {
        assertThat(onRefused(GENERATED, ""))
                .containsExactly(
                        "it is expected on port 8080: have it listen on the port that the environment names as "
                                + "PORT, or say which one it takes: proa deploy /src/web --port PORT");
        assertThat(onRefused(GENERATED, " (in the pod, nothing listens)"))
                .singleElement()
                .asString()
                .startsWith("it is expected on port 8080, and nothing listens there or elsewhere");
    }

    /** It listens nowhere because it has ended, which is said already. */
    @Test
    void saysNothingOfPortsWhenItCrashes() {
        String refused =
                "Startup probe failed: dial tcp 10.0.0.7:8080: connect: connection refused (in the pod, nothing listens)";
        assertThat(GENERATED.on(WEB, List.of(ended("main", "it ends with exit code 1", "")), List.of(refused)))
                .isEmpty();
        assertThat(GENERATED.on(WEB, List.of(ended("main", "exit code 137 (OOMKilled)", "")), List.of(refused)))
                .hasSize(1);
        assertThat(GENERATED.on(WEB, List.of(ended("main", "exit code 143", "")), List.of(refused)))
                .hasSize(1);
    }

    @Test
    void namesTheLimitOfMemoryAndHowToRaiseIt() {
        assertThat(GENERATED.on(WEB, List.of(ended("main", "it ends with exit code 137 (OOMKilled)", "")), List.of()))
                .containsExactly(
                        "container main may use 256Mi of memory, and needs more: write its manifests down with "
                                + "\"mkdir -p /src/web/k8s && proa manifests /src/web > /src/web/k8s/app.yaml\", raise "
                                + "limits.memory of its resources there, and deploy again");
        assertThat(WRITTEN.on(
                        WEB,
                        List.of(ended("main", "exit code 3", "java.lang.OutOfMemoryError: Java heap space")),
                        List.of()))
                .containsExactly("container main may use 256Mi of memory, and needs more: raise limits.memory of its "
                        + "resources in /src/web/k8s, and deploy again");
        assertThat(WRITTEN.on(WEB, List.of(ended("side", "(OOMKilled)", "")), List.of()))
                .singleElement()
                .asString()
                .startsWith("container side has no limit of memory, so its node had no more");
        assertThat(WRITTEN.on(WEB, List.of(ended("main", "exit code 1", "")), List.of()))
                .isEmpty();
    }
}
