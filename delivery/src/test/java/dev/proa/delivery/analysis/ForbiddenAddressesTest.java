package dev.proa.delivery.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ForbiddenAddressesTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://localhost:1/",
                "http://127.0.0.1:1/",
                "http://127.9.9.9:1/",
                "http://0.0.0.0:1/",
                "http://[::1]:1/",
                "http://[::ffff:127.0.0.1]:1/",
                "http://2130706433:1/",
                "http://169.254.169.254/latest/meta-data"
            })
    void metricsDoNotReachWhatListensOnTheMachineAlone(String url) {
        try (MetricHttp http = new MetricHttp(new ForbiddenAddresses())) {
            assertThatThrownBy(() ->
                            http.send(new MetricHttp.Call("GET", url, List.of(), null, Duration.ofSeconds(5), false)))
                    .isInstanceOf(AnalysisException.class)
                    .hasMessageContaining("which metrics must not ask");
        }
    }

    @Test
    void otherAddressesAreAsked() {
        URI uri = URI.create("http://10.96.7.7:9090/api");
        assertThat(new ForbiddenAddresses().apply(uri)).isEqualTo(uri);
    }
}
