package dev.proa.server.podsecurity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.config.ConfigObject;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PodSecurityConfigurationTest {
    private static final String HEAD =
            "{apiVersion: pod-security.admission.config.k8s.io/v1, kind: PodSecurityConfiguration, ";

    private static PodSecurityConfiguration read(String yaml) {
        ConfigObject object = ConfigObject.parse("f", yaml.getBytes(StandardCharsets.UTF_8));
        PodSecurityConfiguration configuration = PodSecurityConfiguration.of(object);
        object.end();
        return configuration;
    }

    @Test
    void hasDefaultsAndExemptions() {
        PodSecurityConfiguration configuration = read(HEAD
                + "defaults: {enforce: baseline, audit: restricted, audit-version: v1.30, warn: ''},"
                + " exemptions: {usernames: [u], namespaces: [ns], runtimeClasses: [r.s]}}");

        assertThat(configuration.defaults().enforce()).hasToString("baseline:latest");
        assertThat(configuration.defaults().audit()).hasToString("restricted:v1.30");
        assertThat(configuration.defaults().warn()).hasToString("privileged:latest");
        assertThat(configuration.exemptsUser("u")).isTrue();
        assertThat(configuration.exemptsUser("")).isFalse();
        assertThat(configuration.exemptsNamespace("ns")).isTrue();
        assertThat(configuration.exemptsRuntimeClass("r.s")).isTrue();
        assertThat(configuration.exemptsRuntimeClass("ns")).isFalse();
    }

    @Test
    void mayBeEmptyAndOld() {
        assertThat(read("{apiVersion: pod-security.admission.config.k8s.io/v1beta1, kind: PodSecurityConfiguration}")
                        .defaults())
                .isEqualTo(Policy.PRIVILEGED);
    }

    /** The texts are those of Kubernetes 1.36 behind the place. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "defaults: {enforce: none} | defaults.enforce: Invalid value: \"none\": must be one of privileged,"
                        + " baseline, restricted",
                "defaults: {warn-version: v2} | defaults.warn-version: Invalid value: \"v2\": must be \"latest\" or"
                        + " \"v1.x\"",
                "defaults: {enforceVersion: v1.2} | strict decoding error: unknown field \"defaults.enforceVersion\"",
                "exemptions: {usernames: ['']} | exemptions.usernames[0]: Invalid value: \"\": username must not be"
                        + " empty",
                "exemptions: {usernames: [a, a]} | exemptions.usernames[1]: Duplicate value: \"a\"",
                "exemptions: {users: [a]} | strict decoding error: unknown field \"exemptions.users\"",
                "exemptions: {namespaces: [7]} | exemptions.namespaces[0]: must be a string",
                "exemptions: {runtimeClasses: a} | exemptions.runtimeClasses: must be a list",
                "exemption: {} | strict decoding error: unknown field \"exemption\"",
            })
    void whatIsWrongIsSaid(String fields, String problem) {
        assertThatThrownBy(() -> read(HEAD + fields + "}"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("f: " + problem);
    }

    @Test
    void namespacesAndRuntimeClassesHaveNames() {
        assertThatThrownBy(() -> read(HEAD + "exemptions: {namespaces: [A]}}"))
                .hasMessageStartingWith(
                        "f: exemptions.namespaces[0]: Invalid value: \"A\": a lowercase RFC 1123 label");
        assertThatThrownBy(() -> read(HEAD + "exemptions: {runtimeClasses: [A]}}"))
                .hasMessageStartingWith(
                        "f: exemptions.runtimeClasses[0]: Invalid value: \"A\": a lowercase RFC 1123 subdomain");
    }
}
