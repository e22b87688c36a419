package dev.proa.node.kubelet.volume.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.proa.api.codec.Json;
import dev.proa.api.core.v1.ConfigMap;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Secret;
import dev.proa.client.Client;
import dev.proa.client.clock.Clock;
import dev.proa.client.supervision.Supervisor;
import dev.proa.node.kubelet.object.ReferencedObjects;
import dev.proa.node.kubelet.object.TokenManager;
import dev.proa.node.kubelet.plugin.KubeletRoot;
import dev.proa.node.kubelet.pod.TestPods;
import dev.proa.node.kubelet.volume.LocalVolumes;
import dev.proa.node.kubelet.volume.VolumeDirectory;
import dev.proa.node.kubelet.volume.VolumePlugin;
import dev.proa.node.kubelet.volume.VolumePlugin.MountSource;
import dev.proa.node.kubelet.volume.VolumePlugins;
import dev.proa.node.kubelet.volume.VolumeSpec;
import dev.proa.node.linux.Directory;
import dev.proa.node.linux.Mounts;
import dev.proa.testing.FakeTransport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every volume plugin keeps to, tried with a volume of each type. */
class VolumePluginContractTest {
    private static final long GROUP = 4711;
    private static final String CONFIG = "{\"name\": \"o\"}";
    private static final String SECRET = "{\"secretName\": \"o\"}";
    private static final String FIELDS =
            "{\"items\": [{\"path\": \"a/b\", \"fieldRef\": {\"fieldPath\": \"metadata.name\"}}]}";
    private static final Map<String, String> VOLUMES = new TreeMap<>(Map.of(
            "emptyDir", "{\"emptyDir\": {}}",
            "emptyDir with a limit", "{\"emptyDir\": {\"sizeLimit\": \"1Mi\"}}",
            "emptyDir in memory", "{\"emptyDir\": {\"medium\": \"Memory\", \"sizeLimit\": \"1Mi\"}}",
            "hostPath", "{\"hostPath\": {\"path\": \"HOST\", \"type\": \"DirectoryOrCreate\"}}",
            "configMap", "{\"configMap\": " + CONFIG + "}",
            "secret", "{\"secret\": " + SECRET + "}",
            "downwardAPI", "{\"downwardAPI\": " + FIELDS + "}",
            "projected",
                    "{\"projected\": {\"sources\": [{\"configMap\": " + CONFIG + "}, {\"secret\": {\"name\": \"p\"}}, "
                            + "{\"downwardAPI\": " + FIELDS + "}]}}",
            "image", "{\"image\": {\"reference\": \"registry.test/x:1\"}}",
            "persistentVolumeClaim", "{\"persistentVolumeClaim\": {\"claimName\": \"o\"}}"));

    private final Client client = new Client(new FakeTransport(Clock.system()));
    private final ReferencedObjects references = new ReferencedObjects(
            client,
            new Supervisor(Clock.system(), new SplittableRandom(3)),
            Clock.system(),
            new SplittableRandom(1),
            uid -> {});
    private final VolumePlugins plugins = StandardPlugins.of(
            references,
            new TokenManager(client, Clock.system()),
            TestPods.NODE,
            Clock.system(),
            true,
            client,
            new LocalVolumes(Path.of("/nowhere")),
            new KubeletRoot(Path.of("/nowhere")));

    @TempDir
    private Path temporary;

    private Path pod;
    private Path outside;
    private String before;

    static Stream<String> volumes() {
        return VOLUMES.keySet().stream();
    }

    /** The types that have a directory in the pod's. */
    static Stream<String> directories() {
        return volumes()
                .filter(type ->
                        !List.of("hostPath", "image", "persistentVolumeClaim").contains(type));
    }

    @BeforeEach
    void prepare() throws IOException {
        assumeTrue("root".equals(System.getProperty("user.name")), "mounting and changing owners need root");
        pod = Files.createDirectories(temporary.toRealPath().resolve("pods/uid"));
        outside = Files.createDirectories(temporary.toRealPath().resolve("outside"));
        Files.writeString(Files.createDirectories(outside.resolve("v")).resolve("..data"), "not the pod's");
        Files.writeString(outside.resolve("file"), "not the pod's");
        before = tree(outside);
        for (String name : List.of("o", "p")) {
            client.resource(ConfigMap.KIND)
                    .in("n")
                    .create(new ConfigMap(Json.decodeMap(
                            "{\"metadata\": {\"name\": \"" + name + "\"}, \"data\": {\"k\": \"value\"}}")));
            client.resource(Secret.KIND)
                    .in("n")
                    .create(new Secret(Json.decodeMap(
                            "{\"metadata\": {\"name\": \"" + name + "\"}, \"data\": {\"s\": \"dmFsdWU=\"}}")));
        }
        BoundVolumes.create(
                client, "o", "{\"hostPath\": {\"path\": \"" + temporary.resolve("claimed") + "\", \"type\": \"\"}}");
    }

    @AfterEach
    void close() throws IOException {
        references.close();
        client.close();
        for (Path mount : Mounts.below(temporary.toRealPath())) {
            Mounts.unmount(mount, Mounts.MNT_DETACH);
        }
    }

    @Test
    void everyPluginIsTried() {
        assertThat(VOLUMES.values().stream()
                        .map(volume -> plugins.find(spec(volume).volume())))
                .containsAll(plugins.all());
        assertThat(plugins.all()).extracting(VolumePlugin::name).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @MethodSource("volumes")
    void aSecondSetUpChangesNothing(String type) throws Exception {
        Tried tried = new Tried(type);
        tried.setUp();
        String once = tree(pod);
        Map<Path, Object> files = inodes(pod);
        List<Path> mounts = Mounts.below(pod);
        tried.setUp();

        assertThat(tree(pod)).isEqualTo(once);
        assertThat(inodes(pod)).isEqualTo(files);
        assertThat(Mounts.below(pod)).isEqualTo(mounts);
    }

    @ParameterizedTest
    @MethodSource("volumes")
    void containersFindWhatWasSetUp(String type) throws Exception {
        Tried tried = new Tried(type);
        tried.setUp();

        switch (tried.source()) {
            case MountSource.HostPath(Path path) -> assertThat(path).isDirectory();
            case MountSource.Image(String reference) -> assertThat(reference).isEqualTo("registry.test/x:1");
        }
    }

    @ParameterizedTest
    @MethodSource("volumes")
    void nothingIsLeftAfterTearDownHoweverOften(String type) throws Exception {
        Tried tried = new Tried(type);
        tried.plugin.tearDown(tried.directory);
        tried.setUp();
        tried.plugin.tearDown(tried.directory);
        tried.assertNothingLeft();
        tried.plugin.tearDown(tried.directory);
        tried.assertNothingLeft();
    }

    @ParameterizedTest
    @MethodSource("directories")
    void whatWasSetUpByHalfCanBeFinishedAndTornDown(String type) throws Exception {
        Tried tried = new Tried(type);
        tried.setUp();
        String whole = tree(pod);
        tried.plugin.tearDown(tried.directory);
        for (Half half : Half.values()) {
            half.leave(tried.directory);
            tried.setUp();
            assertThat(tree(pod)).as("set up after half of it: " + half).isEqualTo(whole);
            tried.plugin.tearDown(tried.directory);
            tried.assertNothingLeft();

            half.leave(tried.directory);
            tried.plugin.tearDown(tried.directory);
            tried.assertNothingLeft();
        }
    }

    /** What a set-up may have done before it was interrupted. */
    private enum Half {
        PARENT,
        DIRECTORY,
        MEMORY,
        FILE;

        void leave(VolumeDirectory volume) throws IOException {
            try (Directory parent = volume.parent()) {
                switch (this) {
                    case PARENT -> {}
                    case DIRECTORY ->
                        parent.makeDirectories(volume.name(), 0755).close();
                    case MEMORY -> {
                        parent.makeDirectories(volume.name(), 0755).close();
                        if (volume.plugin().equals("kubernetes.io/empty-dir")) {
                            return; // the medium of a volume does not change
                        }
                        parent.mountMemory(volume.name(), 1 << 20, 0755);
                    }
                    case FILE -> parent.create(volume.name(), "x".getBytes(StandardCharsets.UTF_8), 0644, -1, -1);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("volumes")
    void aLinkInThePlaceOfTheVolumeLeadsNowhere(String type) throws Exception {
        Tried tried = new Tried(type);
        Files.createDirectories(tried.directory.path().getParent());
        Files.createSymbolicLink(tried.directory.path(), outside);
        tried.setUpOrRefuse();
        assertThat(tree(outside)).isEqualTo(before);
        tried.plugin.tearDown(tried.directory);

        assertThat(tree(outside)).isEqualTo(before);
        tried.assertNothingLeft();
    }

    @ParameterizedTest
    @MethodSource("volumes")
    void aLinkInThePlaceOfThePluginsDirectoryLeadsNowhere(String type) throws Exception {
        Tried tried = new Tried(type);
        Path parent = tried.directory.path().getParent();
        Files.createDirectories(parent.getParent());
        Files.createSymbolicLink(parent, outside);
        tried.setUpOrRefuse();
        assertThat(tree(outside)).isEqualTo(before);
        try {
            tried.plugin.tearDown(tried.directory);
        } catch (IOException refused) {
            assertThat(parent).isSymbolicLink();
        }

        assertThat(tree(outside)).isEqualTo(before);
    }

    @ParameterizedTest
    @MethodSource("directories")
    void linksInAVolumeAreNeverFollowed(String type) throws Exception {
        Tried tried = new Tried(type);
        tried.setUp();
        Path volume = tried.directory.path();
        for (String name : List.of("link", "..data", "..data_tmp", "k", "s", "a")) {
            Files.deleteIfExists(volume.resolve(name));
            Files.createSymbolicLink(volume.resolve(name), outside);
        }
        tried.setUp();
        assertThat(tree(outside)).isEqualTo(before);
        tried.plugin.tearDown(tried.directory);

        assertThat(tree(outside)).isEqualTo(before);
        tried.assertNothingLeft();
    }

    @ParameterizedTest
    @MethodSource("volumes")
    void tearingThePodDownTearsDownTheVolume(String type) throws Exception {
        Tried tried = new Tried(type);
        tried.setUp();
        plugins.tearDown(pod);

        assertThat(pod).doesNotExist();
        assertThat(Mounts.below(pod)).isEmpty();
        assertThatCode(() -> plugins.tearDown(pod)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @MethodSource("volumes")
    void filesOfThePodsDirectoryBelongToThePodsGroup(String type) throws Exception {
        Tried tried = new Tried(type);
        tried.setUp();
        Path volume = tried.directory.path();
        try (Stream<Path> all = Files.exists(volume) ? Files.walk(volume) : Stream.empty()) {
            List<Object> groups = all.filter(path -> !Files.isSymbolicLink(path) && hasOwner(path))
                    .map(path -> attribute(path, "unix:gid"))
                    .distinct()
                    .toList();
            assertThat(groups).isEqualTo(directories().anyMatch(type::equals) ? List.of((int) GROUP) : List.of());
        }
    }

    /** Files that the kubelet writes have the group; of directories only those that containers write to. */
    private static boolean hasOwner(Path path) {
        return Files.isRegularFile(path) || path.toString().contains("empty-dir");
    }

    @ParameterizedTest
    @MethodSource("volumes")
    void onlyVolumesOnDiskCountAsDiskUse(String type) throws Exception {
        Tried tried = new Tried(type);
        boolean counts = type.equals("emptyDir") || type.equals("emptyDir with a limit");
        assertThat(tried.plugin.diskUse(tried.spec.volume(), tried.directory).orElse(0))
                .as("before it is set up")
                .isZero();
        tried.setUp();
        assertThat(tried.plugin.diskUse(tried.spec.volume(), tried.directory).isPresent())
                .isEqualTo(counts);
        if (counts) {
            Files.write(tried.directory.path().resolve("file"), new byte[1 << 20]);
            assertThat(tried.plugin
                            .diskUse(tried.spec.volume(), tried.directory)
                            .orElse(0))
                    .isGreaterThanOrEqualTo(1 << 20);
        }
    }

    private VolumeSpec spec(String volume) {
        String named = "{\"name\": \"v\", "
                + volume.substring(1).replace("HOST", temporary.resolve("host").toString());
        Pod made = TestPods.of("{\"securityContext\": {\"fsGroup\": " + GROUP
                + "}, \"containers\": [{\"name\": \"c\"}], " + "\"volumes\": [" + named + "]}");
        return new VolumeSpec(made, made.spec().volumes().getFirst(), List.of("10.244.0.7"));
    }

    /** A volume of one type, and its plugin. */
    private final class Tried {
        private final VolumeSpec spec;
        private final VolumePlugin plugin;
        private final VolumeDirectory directory;

        Tried(String type) {
            spec = spec(VOLUMES.get(type));
            plugin = plugins.find(spec.volume());
            directory = new VolumeDirectory(pod, plugin.name(), "v");
        }

        void setUp() throws Exception {
            plugin.mounter(spec).setUp(directory);
        }

        void setUpOrRefuse() throws Exception {
            try {
                setUp();
            } catch (IOException refused) {
                assertThat(refused).hasMessageNotContaining("not the pod's");
            }
        }

        MountSource source() throws Exception {
            return plugin.mounter(spec).source(directory);
        }

        void assertNothingLeft() throws IOException {
            assertThat(Files.exists(directory.path(), LinkOption.NOFOLLOW_LINKS))
                    .isFalse();
            assertThat(Mounts.below(pod)).isEmpty();
        }
    }

    /** All files below a directory with their modes and contents, one a line; the names of versions vary. */
    private static String tree(Path root) throws IOException {
        StringBuilder text = new StringBuilder();
        try (Stream<Path> all = Files.walk(root)) {
            for (Path path : all.sorted().toList()) {
                text.append(stable(root.relativize(path))).append(' ');
                if (Files.isSymbolicLink(path)) {
                    text.append("-> ").append(stable(Files.readSymbolicLink(path)));
                } else {
                    text.append(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
                    if (Files.isRegularFile(path)) {
                        text.append(' ').append(Files.readString(path));
                    }
                }
                text.append('\n');
            }
        }
        return text.toString();
    }

    private static String stable(Path path) {
        return path.toString().replaceAll("\\.\\.[0-9]+\\.[0-9]+", "..VERSION");
    }

    private static Map<Path, Object> inodes(Path root) throws IOException {
        Map<Path, Object> inodes = new TreeMap<>();
        try (Stream<Path> all = Files.walk(root)) {
            all.forEach(path -> inodes.put(path, attribute(path, "unix:ino")));
        }
        return inodes;
    }

    private static Object attribute(Path path, String name) {
        try {
            return Files.getAttribute(path, name, LinkOption.NOFOLLOW_LINKS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
