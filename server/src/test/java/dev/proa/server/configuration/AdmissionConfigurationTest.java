package dev.proa.server.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.config.ConfigObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdmissionConfigurationTest {
    @TempDir
    private Path directory;

    private AdmissionConfiguration read(String text) throws IOException {
        return AdmissionConfiguration.read(Files.writeString(directory.resolve("admission.yaml"), text));
    }

    private static String limit(ConfigObject object) {
        object.require("example.com", Set.of("v1"), "Limits");
        return object.text("limit", "none");
    }

    @Test
    void eachPluginGetsItsOwn() throws IOException {
        Files.writeString(directory.resolve("b.yaml"), "{apiVersion: example.com/v1, kind: Limits, limit: other}");

        AdmissionConfiguration configuration = read("""
            apiVersion: apiserver.config.k8s.io/v1
            kind: AdmissionConfiguration
            plugins:
            - name: A
              configuration: {apiVersion: example.com/v1, kind: Limits, limit: here}
              path: not-read.yaml
            - {name: B, path: b.yaml}
            - {name: A, path: not-read.yaml}
            - name: C
            """);

        assertThat(configuration.of("A", AdmissionConfigurationTest::limit)).contains("here");
        assertThat(configuration.of("B", AdmissionConfigurationTest::limit)).contains("other");
        assertThat(configuration.of("C", AdmissionConfigurationTest::limit)).isEmpty();
        assertThat(configuration.of("D", AdmissionConfigurationTest::limit)).isEmpty();
    }

    @Test
    void theOldVersionIsReadToo() throws IOException {
        assertThat(read("{apiVersion: apiserver.k8s.io/v1alpha1, kind: AdmissionConfiguration, plugins: null}")
                        .of("A", AdmissionConfigurationTest::limit))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "plugins: [] | Object 'Kind' is missing",
                "{apiVersion: apiserver.config.k8s.io/v2, kind: AdmissionConfiguration} | no kind"
                        + " \"AdmissionConfiguration\" is registered for version \"apiserver.config.k8s.io/v2\", expected"
                        + " AdmissionConfiguration of apiserver.config.k8s.io/v1",
                "{apiVersion: apiserver.config.k8s.io/v1, kind: AdmissionConfiguration, plugin: []} | strict decoding"
                        + " error: unknown field \"plugin\"",
                "{apiVersion: apiserver.config.k8s.io/v1, kind: AdmissionConfiguration, plugins: [{name: A, file: f}]}"
                        + " | strict decoding error: unknown field \"plugins[0].file\"",
                "{apiVersion: apiserver.config.k8s.io/v1, kind: AdmissionConfiguration, plugins: [{name: 7}]} |"
                        + " plugins[0].name: must be a string",
                "{apiVersion: apiserver.config.k8s.io/v1, kind: AdmissionConfiguration, kind: AdmissionConfiguration} |"
                        + " strict decoding error: line 1: key \"kind\" already set in map",
                "{ | error converting YAML to JSON: yaml: line 1: expected the node content, but found '<stream end>'",
            })
    void whatIsWrongIsSaidWithItsPlace(String text, String problem) {
        assertThatThrownBy(() -> read(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(directory.resolve("admission.yaml") + ": " + problem);
    }

    @Test
    void aPluginRefusesUnknownFields() throws IOException {
        AdmissionConfiguration configuration = read("""
            apiVersion: apiserver.config.k8s.io/v1
            kind: AdmissionConfiguration
            plugins: [{name: A, configuration: {apiVersion: example.com/v1, kind: Limits, limits: 1}}]
            """);

        assertThatThrownBy(() -> configuration.of("A", AdmissionConfigurationTest::limit))
                .hasMessageEndingWith("unknown field \"plugins[0].configuration.limits\"");
    }
}
