package dev.proa.server.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where {@code pods/proxy} and {@code services/proxy} lead: {@code [SCHEME:]NAME[:PORT]}. */
class ProxyTargetTest {
    private static final String NAMESPACE = "/api/v1/namespaces/default/";

    private final InProcess api = new InProcess();

    @BeforeEach
    void make() {
        api.create(
                NAMESPACE + "pods",
                "{metadata: {name: p}, spec: {nodeName: node, containers: [{name: c, image: i, ports: [{name: web,"
                        + " containerPort: 8080}, {name: tls, containerPort: 8443}]}]}}");
        MapValue pod = api.get(NAMESPACE + "pods/p");
        api.update(
                NAMESPACE + "pods/p/status",
                pod.withMap(
                        "status",
                        status -> status.with("podIP", "10.244.0.9")
                                .with("podIPs", ListValue.of(MapValue.of("ip", "10.244.0.9")))));
        api.create(
                NAMESPACE + "services",
                "{metadata: {name: s}, spec: {ports: [{name: plain, port: 80}, {name: safe, port: 443}]}}");
        api.create(
                NAMESPACE + "endpoints",
                "{metadata: {name: s}, subsets: [{addresses: [{ip: 10.244.0.9, targetRef: {kind: Pod, namespace: default,"
                        + " name: p}}], ports: [{name: plain, port: 8080}, {name: safe, port: 8443}]}]}");
    }

    @AfterEach
    void stop() {
        api.close();
    }

    private ForwardTarget target(String path) {
        ApiResponse response = api.ask(InProcess.MASTER, "get", NAMESPACE + path, null, null);
        return ((ApiResponse.Forward) response.body()).target();
    }

    @ParameterizedTest
    @CsvSource({
        "pods/p, false, 8080",
        "pods/p:8443, false, 8443",
        "pods/http:p:8443, false, 8443",
        "pods/https:p:8443, true, 8443",
        "pods/https:p:, true, 8080",
        "pods/p:tls, false, 8443",
        "pods/https:p:tls, true, 8443",
        "services/s, false, 8080",
        "services/s:plain, false, 8080",
        "services/s:80, false, 8080",
        "services/s:443, false, 8443",
        "services/https:s:safe, true, 8443",
        "services/https:s:443, true, 8443",
        "services/https:s:, true, 8080"
    })
    void schemeAndPortAreInTheName(String name, boolean secure, int port) {
        ForwardTarget target = target(name + "/proxy/x");

        assertThat(target.secure()).isEqualTo(secure);
        assertThat(target.host()).isEqualTo("10.244.0.9");
        assertThat(target.port()).isEqualTo(port);
        assertThat(target.uri()).isEqualTo("/x");
    }

    @Test
    void whatIsNoNameIsRefused() {
        assertThat(api.failure("get", NAMESPACE + "pods/ftp:p:80/proxy/", null))
                .hasMessage("invalid pod request \"ftp:p:80\"");
        assertThat(api.failure("get", NAMESPACE + "services/https::80/proxy/", null))
                .hasMessage("invalid service request \"https::80\"");
        assertThat(api.failure("get", NAMESPACE + "services/a:b:c:d/proxy/", null))
                .hasMessage("invalid service request \"a:b:c:d\"");
        assertThat(api.failure("get", NAMESPACE + "services/s:81/proxy/", null))
                .hasMessage("no service port 81 found for service \"s\"");
        assertThat(api.failure("get", NAMESPACE + "services/s:other/proxy/", null))
                .hasMessage("no endpoints available for service \"s\"");
    }
}
