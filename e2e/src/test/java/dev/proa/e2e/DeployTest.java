package dev.proa.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The story of {@code proa deploy} with {@code examples/hello}: each test goes on where the one before ended. */
@ExtendWith(SharedCluster.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DeployTest {
    private static final String SOURCE = "src/main/java/dev/proa/examples/hello/service/GreetingService.java";

    private final TestCluster cluster;
    private final Path hello;
    private URI url = URI.create("http://nowhere.invalid");

    DeployTest(TestCluster cluster, @TempDir Path directory) throws IOException {
        this.cluster = cluster;
        this.hello = directory.resolve("hello");
        Directories.copy(TestCluster.project("examples/hello"), hello);
    }

    private Run deploy() {
        return cluster.proa("deploy", hello.toString());
    }

    private String page() throws IOException {
        return Http.get(cluster, url.getHost(), url.getPort(), "/").body();
    }

    private String pods() {
        return cluster.kubectl("get", "pods", "-l", "app.kubernetes.io/name=hello", "-o", "name")
                .ok()
                .text();
    }

    @Test
    @Order(1)
    void buildsAndRunsAnApplication() throws IOException {
        Run run = deploy().ok();

        url = URI.create(run.out().lines().reduce((first, second) -> second).orElseThrow());
        assertThat(page()).contains("Hello from Proa");
        assertThat(Http.get(cluster, url.getHost(), url.getPort(), "/healthz").status())
                .isEqualTo(200);
        assertThat(Http.get(cluster, url.getHost(), url.getPort(), "/metrics").body())
                .contains("# TYPE");
    }

    @Test
    @Order(2)
    void doesNothingWhenNothingChanged() {
        String before = pods();

        Run run = deploy().ok();

        assertThat(run.out()).contains("Nothing changed").endsWith(url + "\n");
        assertThat(pods()).isEqualTo(before);
    }

    /** The server does not answer for a command that has another environment: its own answer is the same. */
    @Test
    @Order(3)
    void hasTheServerTellThatNothingChanged() throws IOException {
        Run own = cluster.proa(Map.of("SOURCE_DATE_EPOCH", "1"), "deploy", hello.toString())
                .ok();
        Path kubeconfig = cluster.kubeconfig();
        Path users = cluster.directory().resolve("../../kubeconfig");
        String admin = Files.readString(kubeconfig);
        String user = Files.readString(users);
        try {
            // By itself, the command would not reach the API now.
            Files.writeString(kubeconfig, admin.replaceAll("server: .*", "server: https://127.0.0.1:1"));
            Files.writeString(users, user.replaceAll("server: .*", "server: https://127.0.0.1:1"));

            // A busy machine may take longer than the command waits for the server.
            Run run = Await.until("the server answers", this::deploy, answer -> answer.exit() == 0);

            assertThat(withoutTimes(run.out())).isEqualTo(withoutTimes(own.out()));
            assertThat(run.err()).isEqualTo(own.err());
        } finally {
            Files.writeString(kubeconfig, admin);
            Files.writeString(users, user);
        }
    }

    private static String withoutTimes(String text) {
        return text.replaceAll("(?m)^ *[0-9.]+ s ", "");
    }

    @Test
    @Order(4)
    void leavesWhatRunsAloneWhenTheSourceIsBroken() throws IOException {
        String before = pods();
        Path source = hello.resolve(SOURCE);
        String good = Files.readString(source);
        Files.writeString(source, good + "\nnonsense\n");

        Run run = deploy().exits(1);

        assertThat(run.out() + run.err()).contains("GreetingService.java");
        assertThat(pods()).isEqualTo(before);
        assertThat(page()).contains("Hello from Proa");
        Files.writeString(source, good);
    }

    @Test
    @Order(5)
    void losesNoRequestWhileAChangeAndItsUndoRollOut() throws Exception {
        Path template = hello.resolve("src/main/resources/templates/index.html");
        Files.writeString(template, Files.readString(template).replace("</body>", "<p>second edition</p></body>"));
        String service = cluster.kubectl("get", "service", "hello", "-o", "jsonpath={.spec.clusterIP}")
                .ok()
                .text();
        try (Load load = Load.start(cluster, service, 80, 250)) {
            deploy().ok();
            assertThat(page()).contains("second edition");
            assertThat(load.failures()).as("failures of the update").isEmpty();

            cluster.kubectl("rollout", "undo", "deployment/hello").ok();
            cluster.kubectl("rollout", "status", "deployment/hello", "--timeout=90s")
                    .ok();
            // The pods of the version before serve until they have drained; they are under load for so long.
            Await.until("only two pods are left", () -> pods().lines().count(), count -> count == 2);
            assertThat(page()).doesNotContain("second edition");
            assertThat(load.failures())
                    .as("failures of the update and its undo")
                    .isEmpty();
            System.out.printf(
                    "update and undo of hello under load: %d answers, %.0f a second, none lost%n",
                    load.answers(), load.rate());
            assertThat(load.answers()).as("enough to tell").isGreaterThan(1_000);
        }
    }
}
