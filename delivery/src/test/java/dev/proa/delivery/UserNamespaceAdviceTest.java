package dev.proa.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Yaml;
import dev.proa.api.value.MapValue;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UserNamespaceAdviceTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "containers: [{name: c}] | true",
                "containers: [{name: c, securityContext: {runAsUser: 0}}] | true",
                "containers: [{name: c, securityContext: {runAsUser: 7}}, {name: d}] | true",
                "initContainers: [{name: c}], containers: [{name: d, securityContext: {runAsNonRoot: true}}] | true",
                "hostUsers: false, containers: [{name: c}] | false",
                "hostUsers: true, containers: [{name: c}] | false",
                "hostNetwork: true, containers: [{name: c}] | false",
                "hostPID: true, containers: [{name: c}] | false",
                "volumes: [{name: v, hostPath: {path: /x}}], containers: [{name: c}] | false",
                "securityContext: {runAsUser: 1000}, containers: [{name: c}] | false",
                "securityContext: {runAsNonRoot: true}, containers: [{name: c}] | false",
            })
    void isAboutPodsThatMayBeRoot(String spec, boolean expected) {
        MapValue deployment =
                Yaml.decodeMap("{kind: Deployment, metadata: {name: web}, spec: {template: {spec: {" + spec + "}}}}");
        MapValue pod = Yaml.decodeMap("{kind: Pod, metadata: {name: one}, spec: {" + spec + "}}");
        MapValue service = Yaml.decodeMap("{kind: Service, metadata: {name: web}, spec: {}}");

        List<String> lines = UserNamespaceAdvice.on(List.of(service, deployment, pod));

        if (expected) {
            assertThat(lines).singleElement().asString().startsWith("\"web\", \"one\" may run as root");
        } else {
            assertThat(lines).isEmpty();
        }
    }
}
