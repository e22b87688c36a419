package dev.proa.server.resource.pod;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Yaml;
import dev.proa.api.status.FieldError;
import dev.proa.server.resource.Strategies;
import dev.proa.server.resource.network.ServiceRanges;
import dev.proa.server.strategy.Strategy;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The names in {@code dnsConfig.searches}. */
class SearchDomainTest {
    private final Strategy pods = new Strategies(new ServiceRanges("10.96.0.0/16")).of("", "v1", "pods", true);

    private List<String> problems(String search) {
        return pods
                .validateCreate(pods.defaulted(Yaml.decodeMap("{metadata: {name: p, namespace: n}, spec: {containers:"
                        + " [{name: c, image: i}], dnsConfig: {searches: ['" + search + "']}}}")))
                .stream()
                .filter(error -> error.field().equals("spec.dnsConfig.searches[0]"))
                .map(FieldError::message)
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {".", "example.com", "example.com.", "_sip._tcp.abc_d.example.com", "a__b"})
    void takesDomains(String search) {
        assertThat(problems(search)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"__sip.example.com", "sip_.example.com", "_", "-a", "a..b", "Example.com", "_-a"})
    void refusesWhatIsNone(String search) {
        assertThat(problems(search))
                .containsExactly(
                        "Invalid value: \"" + search + "\": a lowercase RFC 1123 subdomain must consist of lower"
                                + " case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric"
                                + " character (e.g. 'example.com', regex used for validation is"
                                + " '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*')");
    }
}
