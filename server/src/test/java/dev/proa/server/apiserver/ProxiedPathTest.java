package dev.proa.server.apiserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.status.StatusException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProxiedPathTest {
    @ParameterizedTest
    @CsvSource({
        "'', /",
        "/, /",
        "/a/b/, /a/b/",
        "/a%252fb, /a%252fb",
        "/a%2fb, /a%2fb",
        "/a//b, /a//b",
        "/a%20b+c, /a%20b+c",
        "'/a b', /a%20b",
        "/ä, /%C3%A4",
        "/../../z, /z",
        "/a/../z, /z",
        "/a/./z, /a/z",
        "/%2e%2E/z, /z",
        "/.%2e/z, /z",
        "/a/.., /",
        "/a/b/.., /a/",
        "/..a/.b, /..a/.b",
        "/%252e%252e/z, /%252e%252e/z"
    })
    void isPassedOnAsItWasSentButForWhatLeadsOutOfIt(String rest, String uri) {
        assertThat(ProxiedPath.uri(rest, "")).isEqualTo(uri);
        assertThat(ProxiedPath.uri(rest, "a=%2f&b=c d")).isEqualTo(uri + "?a=%2f&b=c%20d");
    }

    @Test
    void aPathIsAResourceForAllWhoReadIt() {
        for (String raw :
                List.of("/%61pis/metrics.k8s.io/v1beta1/namespaces/x/pods", "/ap%69/v1/secrets", "/%61pi/v1/secrets")) {
            assertThatThrownBy(() -> RequestInfo.parse("GET", raw, Query.EMPTY))
                    .as(raw)
                    .hasMessage("the path begins with escapes: " + raw);
        }
    }

    @Test
    void aPathIsSplitBeforeItIsDecoded() {
        RequestInfo log = RequestInfo.parse("GET", "/api/v1/namespaces/n/pods/x/log", Query.EMPTY);
        assertThat(log.subresource()).isEqualTo("log");
        RequestInfo name = RequestInfo.parse("GET", "/api/v1/namespaces/n/pods/x%2Flog", Query.EMPTY);
        assertThat(name.name()).isEqualTo("x/log");
        assertThat(name.subresource()).isEmpty();
        RequestInfo twice = RequestInfo.parse("GET", "/api/v1/namespaces/n/pods/x%252Flog", Query.EMPTY);
        assertThat(twice.name()).isEqualTo("x%2Flog");
        RequestInfo none = RequestInfo.parse("GET", "/api%2Fv1/pods", Query.EMPTY);
        assertThat(none.isResource()).isFalse();
        assertThat(none.path()).isEqualTo("/api%2Fv1/pods");
        RequestInfo proxy = RequestInfo.parse("GET", "/api/v1/nodes/n/proxy/a%2Fb/..%2f", Query.EMPTY);
        assertThat(proxy.rest()).isEqualTo("/a%2Fb/..%2f");
        assertThatThrownBy(() -> RequestInfo.parse("GET", "/api/v1/pods/%zz", Query.EMPTY))
                .isInstanceOf(StatusException.class)
                .hasMessageContaining("invalid URL escape");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "127.1.2.3",
                "::1",
                "::ffff:127.0.0.1",
                "0.0.0.0",
                "::",
                "169.254.169.254",
                "::ffff:169.254.169.254",
                "fe80::1",
                "fe80::1%1",
                "224.0.0.1",
                "ff02::1",
                "255.255.255.255",
                "localhost",
                "metadata.google.internal",
                "0x7f000001",
                "2130706433",
                "127.1",
                ""
            })
    void addressesOfThisMachineAndItsNeighboursAreNotAllowed(String address) {
        assertThatThrownBy(() -> ProxiedAddress.check(address))
                .isInstanceOf(StatusException.class)
                .hasMessage("address not allowed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.244.0.7", "192.168.1.1", "8.8.8.8", "2001:db8::1", "fd00::1"})
    void addressesOfPodsAreAllowed(String address) {
        ProxiedAddress.check(address);
        ProxiedAddress.checkKubelet("127.0.0.1");
    }
}
