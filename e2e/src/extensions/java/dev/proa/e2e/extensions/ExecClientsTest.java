package dev.proa.e2e.extensions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.proa.e2e.Run;
import dev.proa.e2e.SharedCluster;
import dev.proa.e2e.TestCluster;
import dev.proa.e2e.Tools;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.LocalPortForward;
import io.fabric8.kubernetes.client.dsl.ExecWatch;
import io.fabric8.kubernetes.client.dsl.LogWatch;
import io.fabric8.kubernetes.client.dsl.PodResource;
import io.kubernetes.client.Exec;
import io.kubernetes.client.PodLogs;
import io.kubernetes.client.PortForward;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.util.ClientBuilder;
import io.kubernetes.client.util.KubeConfig;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.StringReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** How client libraries get into containers: they run commands, follow logs and forward ports. */
@Tag("extensions")
@ExtendWith(SharedCluster.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ExecClientsTest {
    private static final long PATIENCE_SECONDS = 60;

    /** A web server, and a log that gets its second line when a file appears. */
    private static final String POD = """
            apiVersion: v1
            kind: Pod
            metadata:
              name: %s
            spec:
              terminationGracePeriodSeconds: 1
              containers:
                - name: main
                  image: busybox:e2e
                  command:
                    - sh
                    - -c
                    - |
                      mkdir -p /tmp/www && echo hello > /tmp/www/index.html && httpd -p 8080 -h /tmp/www && echo ready
                      until [ -e /more ]; do sleep 0.1; done
                      echo more
                      exec sleep 100000
            """;

    /** What clients run that cannot say that the input has ended. */
    private static final String[] COMMAND = {"sh", "-c", "read line; echo got $line; echo error >&2; exit 7"};

    private static final byte[] INPUT = "input\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] REQUEST = "GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final TestCluster cluster;
    private final String namespace;

    @TempDir
    static Path home;

    private ClusterDoor door;

    ExecClientsTest(TestCluster cluster) {
        this.cluster = cluster;
        this.namespace = cluster.newNamespace("exec-clients");
    }

    @BeforeAll
    void open() throws IOException {
        door = ClusterDoor.open(cluster, home);
    }

    @AfterAll
    void close() throws IOException {
        cluster.kubectl("delete", "pods", "--all", "-n", namespace, "--timeout=60s")
                .ok();
        door.close();
    }

    private String pod(String name) {
        cluster.kubectlWithInput(POD.formatted(name), "apply", "-n", namespace, "-f", "-")
                .ok();
        cluster.kubectl("wait", "pod/" + name, "-n", namespace, "--for=condition=Ready", "--timeout=60s")
                .ok();
        return name;
    }

    /** Runs a client program, which gets the namespace, a pod of its own and more arguments. */
    private String run(String name, List<String> program, String... more) {
        List<String> command = new ArrayList<>(program);
        command.addAll(List.of(namespace, pod(name)));
        command.addAll(List.of(more));
        return Run.of(command, door.environment(), "").ok().out();
    }

    private String runGo(String pod, String transport) {
        return run(pod, List.of(Clients.go("containers", home).toString()), transport);
    }

    @Test
    void clientGo() {
        assertThat(runGo("client-go", "WebSocket"))
                .contains("exec by WebSocket", "a terminal", "logs: ", "forward by WebSocket")
                .endsWith("done\n");
    }

    @Test
    void clientGoBySpdy() {
        assertThat(runGo("client-go-by-spdy", "SPDY"))
                .contains("exec by SPDY", "exec by fallback", "a terminal", "logs: ", "forward by SPDY")
                .endsWith("done\n");
    }

    private String runPython(String pod, String... actions) {
        assumeTrue(Tools.present("python3"), "needs python3 with venv");
        String python = Clients.python(home).toString();
        String program = Clients.sources("python").resolve("containers.py").toString();
        return run(pod, List.of(python, program), actions);
    }

    @Test
    void python() {
        assertThat(runPython("python", "exec", "logs"))
                .contains("exec: ", "logs: ")
                .endsWith("done\n");
    }

    @Test
    void pythonForwards() {
        assertThat(runPython("python-forwards", "forward"))
                .contains("forward: ")
                .endsWith("done\n");
    }

    private String runRust(String pod, String... actions) {
        assumeTrue(Tools.present("cargo"), "needs cargo");
        return run(pod, List.of(Clients.rust().toString()), actions);
    }

    @Test
    void rust() {
        assertThat(runRust("rust", "exec", "logs")).contains("exec: ", "logs: ").endsWith("done\n");
    }

    @Test
    void rustForwards() {
        assertThat(runRust("rust-forwards", "forward")).contains("forward: ").endsWith("done\n");
    }

    @Test
    void fabric8() throws Exception {
        Config config = Config.fromKubeconfig(Files.readString(door.kubeconfig()));
        try (KubernetesClient client =
                new KubernetesClientBuilder().withConfig(config).build()) {
            PodResource pod = client.pods().inNamespace(namespace).withName(pod("fabric8"));
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            ByteArrayOutputStream err = new ByteArrayOutputStream();
            try (ExecWatch process =
                    pod.redirectingInput().writingOutput(out).writingError(err).exec(COMMAND)) {
                process.getInput().write(INPUT);
                process.getInput().flush();
                assertThat(process.exitCode().get(PATIENCE_SECONDS, TimeUnit.SECONDS))
                        .isEqualTo(7);
            }
            assertThat(out).hasToString("got input\n");
            assertThat(err).hasToString("error\n");
            try (LogWatch log = pod.watchLog();
                    BufferedReader lines = reader(log.getOutput())) {
                assertThat(lines.readLine()).isEqualTo("ready");
                try (ExecWatch process = pod.redirectingOutput().exec("touch", "/more")) {
                    assertThat(process.exitCode().get(PATIENCE_SECONDS, TimeUnit.SECONDS))
                            .isZero();
                }
                assertThat(lines.readLine()).isEqualTo("more");
            }
        }
    }

    @Test
    void fabric8Forwards() throws IOException {
        Config config = Config.fromKubeconfig(Files.readString(door.kubeconfig()));
        String name = pod("fabric8-forwards");
        try (KubernetesClient client =
                        new KubernetesClientBuilder().withConfig(config).build();
                LocalPortForward forward =
                        client.pods().inNamespace(namespace).withName(name).portForward(8080);
                Socket socket = new Socket(forward.getLocalAddress(), forward.getLocalPort())) {
            socket.getOutputStream().write(REQUEST);
            assertThat(text(socket.getInputStream())).endsWith("\r\n\r\nhello\n");
            assertThat(forward.errorOccurred()).isFalse();
        }
    }

    private ApiClient newApiClient() throws IOException {
        KubeConfig config = KubeConfig.loadKubeConfig(new StringReader(Files.readString(door.kubeconfig())));
        ApiClient client = ClientBuilder.kubeconfig(config).build();
        client.setReadTimeout((int) TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
        return client;
    }

    private static void close(ApiClient client) {
        client.getHttpClient().dispatcher().executorService().shutdown();
        client.getHttpClient().connectionPool().evictAll();
    }

    @Test
    void clientJava() throws Exception {
        ApiClient client = newApiClient();
        String pod = pod("client-java");
        try {
            Process process = new Exec(client)
                    .newExecutionBuilder(namespace, pod, COMMAND)
                    .setStdin(true)
                    .setStdout(true)
                    .setStderr(true)
                    .execute();
            InputStream errors = process.getErrorStream(); // which has to be asked for before the command ends
            try (OutputStream input = process.getOutputStream()) {
                input.write(INPUT);
                input.flush();
                assertThat(text(process.getInputStream())).isEqualTo("got input\n");
            }
            assertThat(text(errors)).isEqualTo("error\n");
            assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(7);
            process.destroy();
            try (InputStream log = new PodLogs(client).streamNamespacedPodLog(namespace, pod, "main");
                    BufferedReader lines = reader(log)) {
                assertThat(lines.readLine()).isEqualTo("ready");
                Process touch = new Exec(client).exec(namespace, pod, new String[] {"touch", "/more"}, false);
                assertThat(touch.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
                touch.destroy();
                assertThat(lines.readLine()).isEqualTo("more");
            }
        } finally {
            close(client);
        }
    }

    @Test
    void clientJavaForwards() throws Exception {
        ApiClient client = newApiClient();
        try (PortForward.PortForwardResult forward =
                new PortForward(client).forward(namespace, pod("client-java-forwards"), List.of(8080))) {
            forward.getOutboundStream(8080).write(REQUEST);
            assertThat(text(forward.getInputStream(8080))).endsWith("\r\n\r\nhello\n");
        } finally {
            close(client);
        }
    }

    private static BufferedReader reader(InputStream in) {
        return new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    }

    private static String text(InputStream in) throws IOException {
        return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
}
