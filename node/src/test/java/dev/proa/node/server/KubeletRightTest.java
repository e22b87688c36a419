package dev.proa.node.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The table of {@code pkg/kubelet/server/auth.go}; only streams need another verb here. */
class KubeletRightTest {
    @ParameterizedTest
    @CsvSource({
        "GET, /stats, get, stats",
        "GET, /stats/, get, stats",
        "POST, /stats/summary, create, stats",
        "GET, /statsother, get, proxy",
        "GET, /metrics/cadvisor, get, metrics",
        "GET, /metricsother, get, proxy",
        "GET, /logs/x, get, log",
        "GET, /checkpoint/a/b/c, get, checkpoint",
        "GET, /statusz, get, statusz",
        "GET, /flagz, get, configz",
        "GET, /configz, get, configz proxy",
        "GET, /pods, get, pods proxy",
        "GET, /pods/, get, pods proxy",
        "GET, /pods/../exec, get, pods proxy",
        "GET, /runningpods/, get, pods proxy",
        "GET, /healthz, get, healthz proxy",
        "GET, /healthz/log, get, healthz proxy",
        "GET, /healthzother, get, proxy",
        "PUT, /healthz, update, healthz proxy",
        "PATCH, /, patch, proxy",
        "DELETE, /debug/pprof/, delete, proxy",
        "HEAD, /metrics, '', metrics",
        "GET, //exec/a/b/c, get, proxy",
        "GET, /exec/a/b/c, create, proxy",
        "GET, /attach/a/b/c, create, proxy",
        "POST, /portForward/a/b, create, proxy"
    })
    void asKubelets(String method, String path, String verb, String subresources) {
        KubeletRight right = KubeletRight.of(method, path);

        assertThat(right.verb()).isEqualTo(verb);
        assertThat(String.join(" ", right.subresources())).isEqualTo(subresources);
    }
}
