package dev.proa.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.image.Descriptor;
import dev.proa.image.Digest;
import dev.proa.image.ImageConfig;
import dev.proa.image.ImageConfigBuilder;
import dev.proa.image.MediaTypes;
import dev.proa.image.Platform;
import dev.proa.image.Reference;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Images and folders of strangers, against the machine that unpacks and builds them. */
@Tag("escape")
@ExtendWith(SharedCluster.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EscapeImageTest {
    private static final int OWNER = 54321;

    private final TestCluster cluster;
    private final String namespace;

    @TempDir
    private Path directory;

    EscapeImageTest(TestCluster cluster) {
        this.cluster = cluster;
        this.namespace = cluster.newNamespace("escape-image");
    }

    /** Writes the entries of a layer. */
    private interface Entries {
        void to(TarArchiveOutputStream tar) throws IOException;
    }

    private void image(String name, Entries entries) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        MessageDigest diffId = Digest.newSha256();
        OutputStream gzip = new GZIPOutputStream(packed);
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(new DigestOutputStream(gzip, diffId))) {
            entries.to(tar);
        }
        Descriptor layer = cluster.images().write(MediaTypes.LAYER_GZIP, packed.toByteArray());
        ImageConfigBuilder config =
                ImageConfig.empty(Platform.host()).toBuilder().layer(Digest.sha256(diffId.digest()), "hostile");
        cluster.images().write(config.build(), List.of(layer), Map.of(), Reference.parse(name));
    }

    private static void directory(TarArchiveOutputStream tar, String name) throws IOException {
        tar.putArchiveEntry(new TarArchiveEntry(name + "/"));
        tar.closeArchiveEntry();
    }

    private static void link(TarArchiveOutputStream tar, String name, String target) throws IOException {
        TarArchiveEntry link = new TarArchiveEntry(name, TarArchiveEntry.LF_SYMLINK);
        link.setLinkName(target);
        tar.putArchiveEntry(link);
        tar.closeArchiveEntry();
    }

    private void pod(String name, String image) {
        cluster.kubectl(Arguments.in(
                        namespace,
                        "run",
                        name,
                        "--image=" + image,
                        "--image-pull-policy=IfNotPresent",
                        "--restart=Never",
                        "--command",
                        "--",
                        "/none"))
                .ok();
    }

    private String waiting(String pod, String fact) {
        return cluster.kubectl(Arguments.in(
                        namespace,
                        "get",
                        "pod",
                        pod,
                        "-o",
                        "jsonpath={.status.containerStatuses[0].state.waiting." + fact + "}"))
                .ok()
                .text();
    }

    /** A megabyte that becomes more than half a gigabyte of zeros. */
    @Test
    void layerThatIsABombIsRefusedAndLeavesNothing() throws Exception {
        long size = 640L << 20;
        image("bomb:1", tar -> {
            TarArchiveEntry zeros = new TarArchiveEntry("zeros");
            zeros.setSize(size);
            tar.putArchiveEntry(zeros);
            byte[] block = new byte[1 << 20];
            for (long left = size; left > 0; left -= block.length) {
                tar.write(block);
            }
            tar.closeArchiveEntry();
        });
        pod("bomb", "bomb:1");

        String message = Await.until(
                "the pod says what is wrong with its image",
                () -> waiting("bomb", "message"),
                text -> text.contains("times larger than its compressed form"));

        assertThat(waiting("bomb", "reason")).isIn("CreateContainerError", "ErrImagePull", "ImagePullBackOff");
        System.out.println("the pod of a bomb is told: " + message);
        cluster.kubectl(Arguments.in(namespace, "delete", "pod", "bomb", "--now"))
                .ok();
        Await.until("nothing of the layer is left", this::unpackedLeftovers, List::isEmpty);
    }

    private List<Path> unpackedLeftovers() throws IOException {
        try (Stream<Path> nodes = Files.list(cluster.directory().resolve("nodes"))) {
            Path layers = nodes.findFirst().orElseThrow().resolve("layers");
            try (Stream<Path> all = Files.list(layers)) {
                return all.filter(path -> path.getFileName().toString().startsWith("new-"))
                        .toList();
            }
        }
    }

    /** The time of a directory of the machine, set through a link that took the place of a directory of the layer. */
    @Test
    void layerChangesNoDirectoryOfTheMachine() throws Exception {
        Path outside = Files.createDirectories(directory.resolve("machine/sub"));
        FileTime before = FileTime.fromMillis(1_500_000_000_000L);
        Files.setLastModifiedTime(outside, before);
        image("times:1", tar -> {
            directory(tar, "a");
            directory(tar, "a/sub");
            link(tar, "a", outside.getParent().toString());
        });
        pod("times", "times:1");

        Await.until(
                "the image was unpacked",
                () -> waiting("times", "reason") + phase("times"),
                text -> text.contains("Error") || text.contains("Failed"));
        assertThat(Files.getLastModifiedTime(outside)).isEqualTo(before);
    }

    private String phase(String pod) {
        return cluster.kubectl(Arguments.in(namespace, "get", "pod", pod, "-o", "jsonpath={.status.phase}"))
                .ok()
                .text();
    }

    @Test
    void manifestThatIsALinkOutOfTheFolderIsRefused() throws Exception {
        Path site = Files.createDirectories(directory.resolve("site"));
        Files.writeString(site.resolve("index.html"), "<p>");
        Path secret = Files.writeString(
                directory.resolve("secret.yaml"), "{apiVersion: v1, kind: ConfigMap, metadata: {name: leaked}}");
        Files.createSymbolicLink(Files.createDirectories(site.resolve("k8s")).resolve("app.yaml"), secret);

        Run run = cluster.proa("deploy", site.toString(), "-n", namespace).exits(1);

        assertThat(run.out() + run.err())
                .contains(site.resolve("k8s/app.yaml").toString())
                .contains("leads out of " + site);
        cluster.kubectl(Arguments.in(namespace, "get", "configmap", "leaked")).exits(1);
    }

    /** A folder of an ordinary user is built as that user: neither the machine nor the cluster is within the build's reach. */
    @Test
    void buildRunsAsTheOwnerOfTheFolder() throws Exception {
        Path top = directory.toRealPath();
        Files.setPosixFilePermissions(top, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path project = Files.createDirectories(top.resolve("foreign"));
        Files.writeString(project.resolve("pom.xml"), "<project><artifactId>foreign</artifactId></project>");
        Files.writeString(project.resolve("Main.java"), "class Main { static void main() {} }");
        Path victim = Files.createDirectories(top.resolve("victim"));
        Files.setPosixFilePermissions(victim, PosixFilePermissions.fromString("rwx------"));
        Path secret = Files.writeString(victim.resolve("secret"), "a secret of root");
        Path script = Files.writeString(project.resolve("mvnw"), """
                #!/bin/sh
                mkdir -p target/classes
                "$JAVA_HOME/bin/javac" -d target/classes Main.java || exit 1
                id -u > target/uid
                env > target/environment
                cat "$KUBECONFIG" %1$s > target/read 2> target/error
                ln -s %1$s target/classes/leak
                """.formatted(secret));
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        try (Stream<Path> all = Files.walk(project)) {
            for (Path path : (Iterable<Path>) all::iterator) {
                Files.setAttribute(path, "unix:uid", OWNER, LinkOption.NOFOLLOW_LINKS);
                Files.setAttribute(path, "unix:gid", OWNER, LinkOption.NOFOLLOW_LINKS);
            }
        }

        Run run = cluster.proa("deploy", project.toString(), "-n", namespace).exits(1);

        assertThat(run.out()).contains("building with Maven as user " + OWNER);
        assertThat(run.out() + run.err()).contains("target/classes/leak").contains("leads out of " + project);
        assertThat(project.resolve("target/uid")).hasContent(String.valueOf(OWNER));
        assertThat(Files.readString(project.resolve("target/read"))).isEmpty();
        assertThat(Files.readString(project.resolve("target/environment")))
                .doesNotContain("KUBECONFIG")
                .doesNotContain("PROA_HOME");
    }
}
