package dev.proa.delivery.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Yaml;
import dev.proa.api.core.v1.Service;
import java.net.URI;
import org.junit.jupiter.api.Test;

class ServiceAddressesTest {
    @Test
    void theRestOfTheUrlStaysAsItWasWritten() throws InterruptedException {
        try (AnalysisWorld world = new AnalysisWorld()) {
            world.client.resource(Service.KIND).create(new Service(Yaml.decodeMap("""
                            apiVersion: v1
                            kind: Service
                            metadata: {name: prometheus, namespace: default}
                            spec: {clusterIP: 10.96.7.7, ports: [{port: 9090}]}
                            """)));
            ServiceAddresses addresses = new ServiceAddresses(world.client);
            assertThat(addresses.apply(
                            URI.create("http://prometheus.default.svc:9090/a%2Fb?query=a%26b%2B%22c%22&time=1")))
                    .isEqualTo(URI.create("http://10.96.7.7:9090/a%2Fb?query=a%26b%2B%22c%22&time=1"));
            assertThat(addresses.apply(URI.create("http://prometheus.default")))
                    .isEqualTo(URI.create("http://10.96.7.7"));
            assertThat(addresses.apply(URI.create("https://prometheus.default/")))
                    .isEqualTo(URI.create("https://prometheus.default/"));
        }
    }
}
