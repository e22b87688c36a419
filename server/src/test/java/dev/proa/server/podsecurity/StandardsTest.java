package dev.proa.server.podsecurity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Yaml;
import dev.proa.api.value.MapValue;
import dev.proa.server.podsecurity.LevelVersion.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The texts are those of Kubernetes 1.36. */
class StandardsTest {
    private static final String SAFE = """
            securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
            containers:
            - name: c
              securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
            """;

    private static String violations(Level level, int minor, String spec) {
        MapValue pod = Yaml.decodeMap(spec);
        return Violation.details(
                Standards.violations(new LevelVersion(level, minor), new Subject(MapValue.EMPTY, pod)));
    }

    private static String baseline(String spec) {
        return violations(Level.BASELINE, LevelVersion.LATEST, spec);
    }

    private static String restricted(String spec) {
        return violations(Level.RESTRICTED, LevelVersion.LATEST, spec);
    }

    @Test
    void aPlainPodIsBaselineAndNotRestricted() {
        String plain = "containers: [{name: c}]";

        assertThat(baseline(plain)).isEmpty();
        assertThat(restricted(plain))
                .isEqualTo("allowPrivilegeEscalation != false (container \"c\" must set"
                        + " securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container \"c\""
                        + " must set securityContext.capabilities.drop=[\"ALL\"]), runAsNonRoot != true (pod or container"
                        + " \"c\" must set securityContext.runAsNonRoot=true), seccompProfile (pod or container \"c\" must"
                        + " set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\")");
    }

    @Test
    void aSafePodIsRestricted() {
        for (int minor : new int[] {0, 8, 19, 22, 25, 34, 35, 36, LevelVersion.LATEST}) {
            assertThat(violations(Level.RESTRICTED, minor, SAFE)).isEmpty();
        }
        assertThat(restricted(SAFE + "volumes: [{name: v, configMap: {name: m}}, {name: e, emptyDir: {}}]"))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{hostNetwork: true, hostPID: true} | host namespaces (hostNetwork=true, hostPID=true)",
                "{volumes: [{name: a, hostPath: {path: /}}]} | hostPath volumes (volume \"a\")",
                "{containers: [{name: c, ports: [{hostPort: 80}, {hostPort: 443}]}]}"
                        + " | hostPort (container \"c\" uses hostPorts 443, 80)",
                "{containers: [{name: c, securityContext: {privileged: true}}]}"
                        + " | privileged (container \"c\" must not set securityContext.privileged=true)",
                "{containers: [{name: c, securityContext: {capabilities: {add: [SYS_ADMIN, CHOWN]}}}]}"
                        + " | non-default capabilities (container \"c\" must not include \"SYS_ADMIN\" in"
                        + " securityContext.capabilities.add)",
                "{containers: [{name: c, securityContext: {procMount: Unmasked}}]}"
                        + " | procMount (container \"c\" must not set securityContext.procMount to \"Unmasked\")",
                "{securityContext: {seccompProfile: {type: Unconfined}}}"
                        + " | seccompProfile (pod must not set securityContext.seccompProfile.type to \"Unconfined\")",
                "{securityContext: {appArmorProfile: {type: Unconfined}}} | forbidden AppArmor profile"
                        + " (pod must not set AppArmor profile type to \"Unconfined\")",
                "{securityContext: {seLinuxOptions: {type: spc_t, user: u}}} | seLinuxOptions (pod set forbidden"
                        + " securityContext.seLinuxOptions: type \"spc_t\"; user may not be set)",
                "{securityContext: {sysctls: [{name: vm.swappiness}, {name: net.ipv4.tcp_rmem}]}}"
                        + " | forbidden sysctls (vm.swappiness)",
                "{containers: [{name: c, livenessProbe: {httpGet: {host: h}}}]}"
                        + " | probe or lifecycle host (container \"c\" uses probe or lifecycle host \"h\")",
                "{ephemeralContainers: [{name: e, securityContext: {privileged: true}}]}"
                        + " | privileged (container \"e\" must not set securityContext.privileged=true)",
            })
    void baselineForbids(String spec, String violation) {
        assertThat(baseline(spec)).isEqualTo(violation);
        assertThat(violations(Level.PRIVILEGED, LevelVersion.LATEST, spec)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "runAsNonRoot: true | runAsNonRoot: false | runAsNonRoot != true (pod must not set"
                        + " securityContext.runAsNonRoot=false)",
                "runAsNonRoot: true | 'runAsNonRoot: true, runAsUser: 0' | runAsUser=0 (pod must not set runAsUser=0)",
                "drop: [ALL] | 'drop: [ALL], add: [NET_BIND_SERVICE, CHOWN]' | unrestricted capabilities (container \"c\""
                        + " must not include \"CHOWN\" in securityContext.capabilities.add)",
                "containers: | 'volumes: [{name: net, nfs: {}}, {name: h, hostPath: {}}]\ncontainers:' | restricted volume"
                        + " types (volumes \"net\", \"h\" use restricted volume types \"hostPath\", \"nfs\")",
            })
    void restrictedForbids(String safe, String instead, String violation) {
        assertThat(restricted(SAFE.replace(safe, instead.replace("\\n", "\n")))).isEqualTo(violation);
    }

    @Test
    void usersOfTheirOwnRelaxWhatRootIs() {
        String root = "hostUsers: false\n" + SAFE.replace("runAsNonRoot: true", "runAsUser: 0");

        assertThat(restricted(root)).isEmpty();
        assertThat(violations(Level.RESTRICTED, 34, root)).contains("runAsNonRoot != true", "runAsUser=0");
        assertThat(restricted(root.replace("hostUsers: false", "hostUsers: true")))
                .contains("runAsUser=0");
    }

    @Test
    void versionsHaveTheirOwnChecks() {
        String sysctl = "{securityContext: {sysctls: [{name: net.ipv4.tcp_keepalive_time}]}}";
        assertThat(violations(Level.BASELINE, 28, sysctl)).contains("forbidden sysctls");
        assertThat(violations(Level.BASELINE, 29, sysctl)).isEmpty();
        String probe = "{containers: [{name: c, livenessProbe: {tcpSocket: {host: h}}}]}";
        assertThat(violations(Level.BASELINE, 33, probe)).isEmpty();
        assertThat(violations(Level.BASELINE, 34, probe)).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"restricted", "baseline", "privileged"})
    void labelsNameALevel(String level) {
        Policy policy = Policy.of(
                MapValue.of(
                        "pod-security.kubernetes.io/enforce",
                        level,
                        "pod-security.kubernetes.io/enforce-version",
                        "v1.30"),
                Policy.PRIVILEGED);

        assertThat(policy.enforce()).hasToString(level + ":v1.30");
        assertThat(policy.warn().level()).hasToString(level);
        assertThat(policy.errors()).isEmpty();
    }

    @Test
    void wrongLabelsAreStrict() {
        Policy policy = Policy.of(
                MapValue.of(
                        "pod-security.kubernetes.io/enforce", "Baseline",
                        "pod-security.kubernetes.io/warn-version", "1.30"),
                Policy.PRIVILEGED);

        assertThat(policy.enforce()).hasToString("restricted:latest");
        assertThat(policy.warn().isPrivileged()).isTrue();
        assertThat(policy.errors()).hasSize(2);
        assertThat(Policy.of(MapValue.EMPTY, Policy.PRIVILEGED).allowsEverything())
                .isTrue();
    }
}
