package dev.proa.server.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Yaml;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What labels of namespaces do to what is written into them. */
class PodSecurityTest {
    private static final String NS = "/api/v1/namespaces/ns/";

    private final InProcess api = new InProcess();

    @AfterEach
    void close() {
        api.close();
    }

    private void namespace(String labels) {
        api.create("/api/v1/namespaces", "{metadata: {name: ns, labels: {" + labels + "}}}");
        api.create(NS + "serviceaccounts", "{metadata: {name: default}}");
    }

    private List<String> warnings(String verb, String path, String yaml) {
        String type = verb.equals("patch") ? "application/merge-patch+json" : null;
        return api.ask(InProcess.MASTER, verb, path, Yaml.decodeMap(yaml), type).warnings();
    }

    private static String pod(String name, String more) {
        return "{metadata: {name: " + name + "}, spec: {" + more + "containers: [{name: c, image: i}]}}";
    }

    @Test
    void refusesPodsThatAreNotAllowed() {
        namespace("pod-security.kubernetes.io/enforce: baseline");

        assertThat(warnings("create", NS + "pods", pod("fine", ""))).isEmpty();
        assertThat(api.failure("create", NS + "pods", pod("bad", "hostNetwork: true, "))
                        .getMessage())
                .isEqualTo("pods \"bad\" is forbidden: violates PodSecurity \"baseline:latest\": host namespaces"
                        + " (hostNetwork=true)");
        assertThat(api.failure(
                                "update",
                                NS + "pods/fine/ephemeralcontainers",
                                "{metadata: {name: fine}, spec: {ephemeralContainers: [{name: e, image: i,"
                                        + " terminationMessagePolicy: File, imagePullPolicy: Always,"
                                        + " securityContext: {privileged: true}}]}}")
                        .getMessage())
                .contains("violates PodSecurity \"baseline:latest\": privileged (container \"e\"");
    }

    @Test
    void warnsOfPodsAndWorkloads() {
        namespace("pod-security.kubernetes.io/warn: baseline");
        String warning = "would violate PodSecurity \"baseline:latest\": host namespaces (hostNetwork=true)";

        assertThat(warnings("create", NS + "pods", pod("bad", "hostNetwork: true, ")))
                .contains(warning);
        assertThat(warnings(
                        "create",
                        "/apis/apps/v1/namespaces/ns/deployments",
                        "{metadata: {name: d}, spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a:"
                                + " b}}, spec: {hostNetwork: true, containers: [{name: c, image: i}]}}}}"))
                .contains(warning);
        assertThat(warnings(
                        "create",
                        "/apis/batch/v1/namespaces/ns/cronjobs",
                        "{metadata: {name: d}, spec: {schedule: '1 * * * *', jobTemplate: {spec: {template: {spec:"
                                + " {restartPolicy: Never, hostNetwork: true, containers: [{name: c, image: i}]}}}}}}"))
                .contains(warning);
    }

    @Test
    void leavesAloneWhatWasThereBefore() {
        namespace("");
        api.create(NS + "pods", pod("old", "hostNetwork: true, "));
        api.create(NS + "pods", pod("older", "hostNetwork: true, "));

        assertThat(warnings(
                        "patch",
                        "/api/v1/namespaces/ns",
                        "{metadata: {labels: {pod-security.kubernetes.io/enforce: baseline}}}"))
                .containsExactly(
                        "existing pods in namespace \"ns\" violate the new PodSecurity enforce level \"baseline:latest\"",
                        "old (and 1 other pod): host namespaces");
        assertThat(warnings("patch", NS + "pods/old", "{metadata: {labels: {a: b}}}"))
                .isEmpty();
        assertThat(warnings("patch", NS + "pods/old/status", "{status: {phase: Running}}"))
                .isEmpty();
        assertThat(api.failure("create", NS + "pods", pod("new", "hostNetwork: true, "))
                        .code())
                .isEqualTo(403);
    }

    @Test
    void refusesLabelsThatSayNothing() {
        assertThat(api.failure(
                                "create",
                                "/api/v1/namespaces",
                                "{metadata: {name: m, labels: {pod-security.kubernetes.io/enforce: strict,"
                                        + " pod-security.kubernetes.io/warn-version: '1.30'}}}")
                        .getMessage())
                .isEqualTo("Namespace \"m\" is invalid: [metadata.labels[pod-security.kubernetes.io/enforce]: Invalid"
                        + " value: \"strict\": must be one of privileged, baseline, restricted,"
                        + " metadata.labels[pod-security.kubernetes.io/warn-version]: Invalid value: \"1.30\": must be"
                        + " \"latest\" or \"v1.x\"]");
    }
}
