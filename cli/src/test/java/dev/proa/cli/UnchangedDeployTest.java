package dev.proa.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.apps.v1.Deployment;
import dev.proa.api.codec.Json;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.client.clock.Clock;
import dev.proa.client.http.Connection;
import dev.proa.client.http.KubeconfigEditor;
import dev.proa.delivery.DeployRequest;
import dev.proa.delivery.Deployer;
import dev.proa.delivery.Target;
import dev.proa.image.build.BuildOptions;
import dev.proa.image.solver.BuildSandbox;
import dev.proa.image.store.ImageStore;
import dev.proa.testing.FakeTransport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The server answers for a deployment that has nothing to do, and leaves all others to the command. */
@Timeout(30)
class UnchangedDeployTest {
    private static final Connection ADMINISTRATOR =
            new Connection(URI.create("https://127.0.0.1:1"), null, false, null, null, () -> "secret");

    @TempDir
    Path directory;

    private final FakeTransport server = new FakeTransport(Clock.system());
    private final Client client = new Client(server);
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Map<String, String> environment = new HashMap<>(System.getenv());
    private ClusterHome cluster;
    private CommandSocket socket;

    @BeforeEach
    void deploy() throws Exception {
        environment.put("PROA_HOME", directory.toString());
        environment.put("KUBECONFIG", "kubeconfig"); // in the directory of the command
        cluster = new Home(directory).cluster("proa");
        cluster.create();
        cluster.announce("https://127.0.0.1:1", 1, "simulated", "", "");
        for (Path file : List.of(cluster.kubeconfig(), directory.resolve("kubeconfig"))) {
            new KubeconfigEditor(List.of(file)).put("proa", ADMINISTRATOR, "default", true);
        }
        Path shop = Files.createDirectory(directory.resolve("shop"));
        Files.writeString(shop.resolve("compose.yaml"), "services: {shop: {image: 'web:${TAG:-1}'}}");
        Deployer deployer = new Deployer(
                client,
                (namespace, pod, container, lines) -> "",
                ImageStore.open(cluster.images()),
                BuildOptions.local(directory.resolve("cache")),
                BuildSandbox.NONE,
                Target.local(""),
                Clock.system(),
                new PrintedProgress(new PrintWriter(new StringWriter()), new Style(false)));
        deployer.apply(DeployRequest.of(shop, "default", Duration.ofSeconds(1)), (manifest, images) -> manifest);
        var deployments = client.resource(Deployment.KIND).in("default");
        deployments.updateStatus(new Deployment(deployments
                .get("shop")
                .value()
                .with(
                        "status",
                        MapValue.of(
                                "observedGeneration",
                                1L,
                                "replicas",
                                1L,
                                "updatedReplicas",
                                1L,
                                "availableReplicas",
                                1L))));
        socket = CommandSocket.open(cluster, client, self());
    }

    @AfterEach
    void close() throws IOException {
        socket.close();
    }

    private Caller self() throws IOException {
        Caller self = Caller.self(environment);
        return new Caller(self.program(), self.machine(), self.home(), directory.toString(), environment);
    }

    private boolean ask(Caller caller, String... words) {
        PrintStream told = new PrintStream(out, false, StandardCharsets.UTF_8);
        PrintStream warned = new PrintStream(err, false, StandardCharsets.UTF_8);
        return UnchangedDeploy.ask(List.of(words), caller, false, Duration.ofSeconds(20), told, warned);
    }

    private void assertLeftToTheCommand(Caller caller, String... words) {
        int writes = server.writes().size();
        assertThat(ask(caller, words)).as(String.join(" ", words)).isFalse();
        assertThat(out.toString(StandardCharsets.UTF_8) + err.toString(StandardCharsets.UTF_8))
                .isEmpty();
        assertThat(server.writes()).hasSize(writes);
    }

    @Test
    void answersWithWhatTheCommandPrints() throws Exception {
        assertThat(ask(self(), "deploy", "shop")).isTrue();
        assertThat(out.toString(StandardCharsets.UTF_8).replaceAll("(?m)^ +[0-9.]+ s ", " 0 s "))
                .isEqualTo("""
                         0 s  Applying 2 manifests
                                 service/shop unchanged
                                 deployment.apps/shop unchanged
                         0 s  Rolling out shop
                         0 s  Nothing changed, it runs already
                        "shop" is rolled out; nothing answers, for its pods are simulated
                        """.indent(0));
        assertThat(err.size()).isZero();
    }

    @Test
    void answersProgramsInJson() throws Exception {
        assertThat(ask(self(), "deploy", directory.resolve("shop").toString(), "-o", "json", "--name=proa"))
                .isTrue();
        MapValue told = Json.decodeMap(out.toString(StandardCharsets.UTF_8));
        assertThat(told.string("app")).isEqualTo("shop");
        assertThat(told.list("changed")).isEmpty();
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("Nothing changed");
    }

    @Test
    void leavesAllElseToTheCommand() throws Exception {
        Files.writeString(directory.resolve("words"), "shop");
        List<String> lines = List.of(
                "status",
                "deploy",
                "deploy missing",
                "deploy shop --help",
                "deploy shop --fly",
                "deploy @words",
                "deploy shop --name other",
                "deploy shop --name ../etc",
                "deploy shop --context other",
                "deploy shop --registry host/prefix",
                "deploy shop --nodes 5",
                "deploy shop --runtime sandbox",
                "deploy shop --timeout 0",
                "deploy shop -n other",
                "deploy shop -n other --create-namespace",
                "deploy shop --as other",
                "deploy shop --port 81",
                "deploy shop -o xml");
        for (String words : lines) {
            assertLeftToTheCommand(self(), words.split(" "));
        }
    }

    @Test
    void leavesChangesToTheCommand() throws Exception {
        Files.writeString(directory.resolve("shop/compose.yaml"), "services: {shop: {image: 'web:2'}}");
        assertLeftToTheCommand(self(), "deploy", "shop");
    }

    @Test
    void fillsInTheVariablesOfTheCommand() throws Exception {
        environment.put("TAG", "2");
        assertLeftToTheCommand(self(), "deploy", "shop");
        environment.put("TAG", "1");
        assertThat(ask(self(), "deploy", "shop")).isTrue();
    }

    @Test
    void readsAlsoWhatTheFolderSaysOfItsApplications() throws Exception {
        Files.writeString(directory.resolve("shop/proa.yaml"), "apps: [{name: store, path: .}]");
        assertLeftToTheCommand(self(), "deploy", "shop");
    }

    @Test
    void leavesItToTheCommandToWriteTheKubeconfig() throws Exception {
        new KubeconfigEditor(List.of(directory.resolve("kubeconfig"))).remove("proa");
        assertLeftToTheCommand(self(), "deploy", "shop");
    }

    /** What was rebuilt, or sees other files, may come to another result. */
    @Test
    void answersOnlyItsLike() throws Exception {
        Caller self = self();
        String place = self.directory();
        assertLeftToTheCommand(
                new Caller("rebuilt", self.machine(), self.home(), place, environment), "deploy", "shop");
        assertLeftToTheCommand(
                new Caller(self.program(), "mnt:[1]", self.home(), place, environment), "deploy", "shop");
        for (String variable : List.of("PATH", "JAVA_HOME", "LC_ALL", "SOURCE_DATE_EPOCH")) {
            Map<String, String> other = new HashMap<>(environment);
            other.put(variable, "/nowhere");
            Caller caller = new Caller(self.program(), self.machine(), self.home(), place, other);
            assertLeftToTheCommand(caller, "deploy", "shop");
        }
        environment.put("TERM", "other");
        environment.computeIfPresent("PATH", (name, path) -> path + ":" + path);
        assertThat(ask(self(), "deploy", "shop")).isTrue();
    }

    @Test
    void tellsARebuiltProgramFromTheOneBefore() throws Exception {
        Path jar = Files.writeString(directory.resolve("a.jar"), "one");
        String before = Caller.stamp(jar);
        assertThat(Caller.stamp(jar)).isEqualTo(before);
        Files.writeString(directory.resolve("b.jar"), "two");
        Files.setLastModifiedTime(directory.resolve("b.jar"), Files.getLastModifiedTime(jar));
        Files.move(directory.resolve("b.jar"), jar, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        assertThat(Caller.stamp(jar)).isNotEqualTo(before);
    }

    @Test
    void doesNotTakeTheStatusOfAnOldServerForAnAnswer() throws Exception {
        socket.close();
        assertLeftToTheCommand(self(), "deploy", "shop");
        try (ServerSocketChannel old = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            old.bind(UnixDomainSocketAddress.of(cluster.socket()));
            Thread.startVirtualThread(() -> {
                try (SocketChannel asker = old.accept()) {
                    asker.read(ByteBuffer.allocate(16));
                    asker.write(ByteBuffer.wrap("Cluster \"proa\" is running".getBytes(StandardCharsets.US_ASCII)));
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            assertLeftToTheCommand(self(), "deploy", "shop");
        }
    }
}
