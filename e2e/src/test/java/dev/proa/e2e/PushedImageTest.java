package dev.proa.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.proa.server.pki.CertificateAndKey;
import dev.proa.server.pki.Pki;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** skopeo pushes an image to the cluster's registry, as administrator and by HTTPS; a pod runs it without a pull. */
@Tag("extensions")
@ExtendWith(SharedCluster.class)
class PushedImageTest {
    @TempDir
    Path directory;

    @Test
    void aPodRunsWhatWasPushed(TestCluster cluster) throws Exception {
        assumeTrue(Tools.present("skopeo"), "needs skopeo");
        Path layout = cluster.directory().resolve("images");
        String pushed = "docker://127.0.0.1:5001/team/app:1";
        skopeo(
                cluster,
                "copy",
                "--insecure-policy",
                "--dest-cert-dir=" + certificates(cluster),
                "oci:" + layout + ":e2e",
                pushed);
        cluster.kubectl("create", "namespace", "pushed").ok();
        cluster.kubectlWithInput(
                        Manifests.pod("pushed", "echo it runs").replace("busybox:e2e", "localhost:5001/team/app:1"),
                        "apply",
                        "-n",
                        "pushed",
                        "-f",
                        "-")
                .ok();
        cluster.kubectl(
                        "wait",
                        "-n",
                        "pushed",
                        "pod/pushed",
                        "--for=jsonpath={.status.phase}=Succeeded",
                        "--timeout=60s")
                .ok();
        assertThat(cluster.kubectl("logs", "-n", "pushed", "pushed").text()).isEqualTo("it runs");
        assertThat(cluster.kubectl("get", "events", "-n", "pushed", "-o", "jsonpath={..reason}")
                        .text())
                .contains("Pulled")
                .doesNotContain("Pulling");
        cluster.kubectl("delete", "namespace", "pushed", "--wait=false").ok();

        Path copy = directory.resolve("copy");
        skopeo(
                cluster,
                "copy",
                "--insecure-policy",
                "--src-cert-dir=" + certificates(cluster),
                pushed,
                "oci:" + copy + ":1");
        assertThat(copy.resolve("index.json")).exists();
    }

    private static void skopeo(TestCluster cluster, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("skopeo"));
        command.addAll(List.of(arguments));
        cluster.inside(() -> Run.of(command, Map.of(), "")).ok();
    }

    /** The administrator's certificate, in a folder as docker and skopeo want it. */
    private Path certificates(TestCluster cluster) throws IOException {
        Pki pki = Pki.open(cluster.directory().resolve("pki"), Instant::now);
        CertificateAndKey administrator = pki.administrator();
        Path folder = Files.createDirectories(directory.resolve("certificates"));
        Files.writeString(folder.resolve("ca.crt"), pki.authorityPem());
        Files.writeString(folder.resolve("client.cert"), administrator.certificatePem());
        Files.writeString(folder.resolve("client.key"), administrator.keyPem());
        return folder;
    }
}
