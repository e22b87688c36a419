package dev.proa.node.kubelet.volume.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.proa.api.codec.Json;
import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.PersistentVolume;
import dev.proa.api.core.v1.PersistentVolumeClaim;
import dev.proa.api.core.v1.Pod;
import dev.proa.client.Client;
import dev.proa.client.ListOptions;
import dev.proa.client.clock.Clock;
import dev.proa.client.supervision.Supervisor;
import dev.proa.node.kubelet.pod.TestPods;
import dev.proa.node.kubelet.volume.LocalVolumeCleaner;
import dev.proa.node.kubelet.volume.LocalVolumes;
import dev.proa.node.kubelet.volume.PodVolumes;
import dev.proa.node.kubelet.volume.VolumeDirectory;
import dev.proa.node.kubelet.volume.VolumePlugin.Mounter;
import dev.proa.node.kubelet.volume.VolumePlugins;
import dev.proa.node.kubelet.volume.VolumeSpec;
import dev.proa.node.usage.FilesystemUsage;
import dev.proa.testing.Await;
import dev.proa.testing.FakeTransport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClaimPluginTest {
    private static final String CLAIM = "\"persistentVolumeClaim\": {\"claimName\": \"pvc-1\"}";

    private final FakeTransport transport = new FakeTransport(Clock.system());
    private final Client client = new Client(transport);

    @TempDir
    private Path temporary;

    private Path node;
    private LocalVolumes locals;

    @BeforeEach
    void prepare() throws IOException {
        node = temporary.toRealPath();
        locals = new LocalVolumes(node);
    }

    @AfterEach
    void close() {
        client.close();
    }

    private Path directory(String volume) {
        return LocalVolumes.in(node).resolve(volume);
    }

    private PersistentVolume local(String name) {
        return BoundVolumes.create(client, name, "{\"local\": {\"path\": \"" + directory(name) + "\"}}");
    }

    private static Pod pod(String volume) {
        return TestPods.of("{\"securityContext\": {\"fsGroup\": 4711}, \"containers\": [{\"name\": \"c\"}],"
                + " \"volumes\": [{\"name\": \"v\", " + volume + "}]}");
    }

    private Mounter mounter(String volume) {
        Pod pod = pod(volume);
        return new ClaimPlugin(client, "node-1", locals)
                .mounter(new VolumeSpec(pod, pod.spec().volumes().getFirst(), List.of()));
    }

    private void setUp(String volume) throws IOException {
        mounter(volume).setUp(new VolumeDirectory(node.resolve("pods/u"), "p", "v"));
    }

    @Test
    void makesTheDirectoryOfAVolumeProvisionedHereForEverybody() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "changing groups needs root");
        local("pvc-1");
        setUp(CLAIM);
        assertThat(Files.getAttribute(directory("pvc-1"), "unix:mode")).isEqualTo(042777);
        assertThat(Files.getAttribute(directory("pvc-1"), "unix:gid")).isEqualTo(4711);
        Files.writeString(directory("pvc-1").resolve("file"), "kept");
        setUp(CLAIM);
        assertThat(directory("pvc-1").resolve("file")).hasContent("kept");
        assertThat(mounter(CLAIM).readOnly()).isFalse();
        assertThat(mounter(CLAIM.replace("\"pvc-1\"", "\"pvc-1\", \"readOnly\": true"))
                        .readOnly())
                .isTrue();
    }

    @Test
    void measuresTheFileSystemOfLocalVolumesThatAreSetUp() throws Exception {
        VolumePlugins plugins = new VolumePlugins(List.of(new ClaimPlugin(client, "node-1", locals)));
        Path directory = node.resolve("pods/u");
        Pod pod = pod(CLAIM);
        local("pvc-1");
        assertThat(plugins.usage(pod, directory)).isEmpty();
        PodVolumes volumes = new PodVolumes(directory, plugins, true);
        assertThat(volumes.setUp(pod, List.of())).isEmpty();
        FilesystemUsage usage = plugins.usage(pod, directory).get("v");
        FileStore store = Files.getFileStore(directory("pvc-1"));
        assertThat(usage.capacityBytes()).isEqualTo(store.getTotalSpace());
        assertThat(usage.usedBytes()).isBetween(1L, store.getTotalSpace());
        assertThat(usage.availableBytes()).isBetween(1L, store.getTotalSpace());
        volumes.tearDown(pod);
        assertThat(plugins.usage(pod, directory)).isEmpty();
    }

    @Test
    void measuresNoPathsOfTheNode() throws Exception {
        VolumePlugins plugins = new VolumePlugins(List.of(new ClaimPlugin(client, "node-1", locals)));
        Pod pod = pod(CLAIM);
        BoundVolumes.create(client, "pvc-1", "{\"hostPath\": {\"path\": \"" + node + "\"}}");
        assertThat(new PodVolumes(node.resolve("pods/u"), plugins, true).setUp(pod, List.of()))
                .isEmpty();
        assertThat(plugins.usage(pod, node.resolve("pods/u"))).isEmpty();
    }

    @Test
    void makesNothingElse() {
        BoundVolumes.create(client, "pvc-1", "{\"local\": {\"path\": \"" + node.resolve("elsewhere") + "\"}}");
        assertThatThrownBy(() -> setUp(CLAIM)).hasMessage("path \"" + node.resolve("elsewhere") + "\" does not exist");
        assertThat(locals.has(directory("pvc-1") + "/../pvc-2", "pvc-1")).isFalse();
        assertThat(locals.has(directory("pvc-1") + "/..", "pvc-1")).isFalse();
        assertThat(locals.has(directory("..").toString(), ".."))
                .as("a name of no file")
                .isFalse();
        assertThat(locals.has(directory("other").toString(), "pvc-1")).isFalse();
    }

    @Test
    void saysWhyAClaimHasNoVolumeHere() {
        assertThatThrownBy(() -> mounter(CLAIM))
                .hasMessageStartingWith("error processing PVC n/pvc-1: failed to fetch PVC from API server: ");
        BoundVolumes.create(client, "pvc-1", "{\"nfs\": {\"server\": \"s\", \"path\": \"/\"}}");
        assertThatThrownBy(() -> mounter(CLAIM))
                .hasMessage("error processing PVC n/pvc-1: no volume plugin matched PV pvc-1");
        BoundVolumes.create(client, "p-v", "{\"hostPath\": {\"path\": \"/x\"}}");
        assertThatThrownBy(() -> mounter("\"ephemeral\": {\"volumeClaimTemplate\": {}}"))
                .hasMessage("error processing PVC n/p-v: PVC n/p-v was not created for pod n/p (pod is not owner)");
        var claims = client.resource(PersistentVolumeClaim.KIND).in("n");
        claims.updateStatus(claims.get("pvc-1").withStatus(status -> status.withPhase("Pending")));
        assertThatThrownBy(() -> mounter(CLAIM)).hasMessage("error processing PVC n/pvc-1: PVC is not bound");
    }

    @Test
    void usesNoVolumeOfAnotherNode() {
        BoundVolumes.create(client, "pvc-1", """
                {"hostPath": {"path": "/x"}, "nodeAffinity": {"required": {"nodeSelectorTerms": [
                  {"matchExpressions": [{"key": "zone", "operator": "In", "values": ["a"]}]}]}}}
                """);
        assertThatThrownBy(() -> mounter(CLAIM))
                .hasMessageStartingWith("failed to fetch node \"node-1\" from API server: ");
        var nodes = client.resource(Node.KIND);
        nodes.create(new Node(Json.decodeMap("""
                {"metadata": {"name": "node-1", "labels": {"zone": "b"}}}
                """)));
        assertThatThrownBy(() -> mounter(CLAIM))
                .hasMessage("NodeAffinity check failed for volume \"pvc-1\" : no matching NodeSelectorTerms");
        nodes.update(nodes.get("node-1").withMetadata(metadata -> metadata.withLabels(Map.of("zone", "a"))));
        assertThat(mounter(CLAIM).readOnly()).isFalse();
    }

    private void fill(String volume) throws IOException {
        locals.make(volume, -1);
        Files.writeString(
                Files.createDirectories(directory(volume).resolve("a/b")).resolve("file"), "data");
    }

    private LocalVolumeCleaner cleaner() throws IOException {
        return new LocalVolumeCleaner(
                locals,
                client.resource(PersistentVolume.KIND),
                ListOptions.ALL,
                node.resolve("revision"),
                new Supervisor(Clock.system(), new Random(1)));
    }

    private long revision() {
        try {
            return Long.parseLong(Files.readString(node.resolve("revision")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitRevision() throws InterruptedException {
        Await.until("it watches", () -> Files.exists(node.resolve("revision")));
    }

    @Test
    void aDirectoryGoesWithItsVolumeUnlessThatIsToBeRetained() throws Exception {
        var volumes = client.resource(PersistentVolume.KIND);
        local("pvc-1");
        PersistentVolume kept = local("pvc-2");
        volumes.update(kept.withSpec(spec -> spec.withPersistentVolumeReclaimPolicy("Retain")));
        for (String name : List.of("pvc-1", "pvc-2", "other")) {
            fill(name);
        }
        Files.createSymbolicLink(directory("pvc-1").resolve("link"), directory("other"));
        BoundVolumes.create(client, "liar", "{\"local\": {\"path\": \"" + directory("other") + "\"}}");
        try (LocalVolumeCleaner cleaner = cleaner()) {
            awaitRevision();
            List.of("liar", "pvc-2", "pvc-1").forEach(volumes::delete);
            Await.until("the directory is gone", () -> !Files.exists(directory("pvc-1")));
        }
        assertThat(directory("pvc-2").resolve("a/b/file")).hasContent("data");
        assertThat(directory("other").resolve("a/b/file"))
                .as("of no volume of that name")
                .hasContent("data");
    }

    @Test
    void aDirectoryGoesWhenItsVolumeWasDeletedWhileTheNodeWasDown() throws Exception {
        var volumes = client.resource(PersistentVolume.KIND);
        local("pvc-1");
        local("pvc-2");
        fill("pvc-1");
        fill("pvc-2");
        try (LocalVolumeCleaner before = cleaner()) {
            awaitRevision();
        }
        // The policy at the end counts, of which the node has not heard.
        volumes.update(volumes.get("pvc-2").withSpec(spec -> spec.withPersistentVolumeReclaimPolicy("Retain")));
        volumes.delete("pvc-2");
        volumes.delete("pvc-1");
        try (LocalVolumeCleaner after = cleaner()) {
            Await.until("the directory is gone", () -> !Files.exists(directory("pvc-1")));
        }
        assertThat(directory("pvc-2").resolve("a/b/file")).hasContent("data");
    }

    @Test
    void aDirectoryStaysWhenNobodyKnowsAnyMoreHowItsVolumeWasDeleted() throws Exception {
        var volumes = client.resource(PersistentVolume.KIND);
        local("pvc-1");
        local("pvc-2");
        fill("pvc-1");
        fill("pvc-2");
        try (LocalVolumeCleaner before = cleaner()) {
            awaitRevision();
        }
        long revision = revision();
        volumes.delete("pvc-1");
        transport.compact();
        try (LocalVolumeCleaner after = cleaner()) {
            Await.until("it watches anew", () -> revision() > revision);
            volumes.delete("pvc-2");
            Await.until("it goes on", () -> !Files.exists(directory("pvc-2")));
        }
        assertThat(directory("pvc-1").resolve("a/b/file")).hasContent("data");
    }
}
