package dev.proa.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** {@code proa dev} with a static site: changes are copied or rolled out, and none is lost. */
@ExtendWith(SharedCluster.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DevTest {
    private static final int CHANGES = 20;

    private final TestCluster cluster;
    private final String namespace;
    private final Path site;
    private final Path output;

    DevTest(TestCluster cluster, @TempDir Path directory) throws IOException {
        this.cluster = cluster;
        this.namespace = cluster.newNamespace("dev");
        this.site = Files.createDirectory(directory.resolve("devsite"));
        this.output = directory.resolve("output");
        write("index.html", "edition 0");
    }

    private void write(String file, String content) throws IOException {
        Files.writeString(site.resolve(file), content);
    }

    private String said() throws IOException {
        return Files.readString(output);
    }

    private void awaitSaid(String pattern) {
        Await.until(
                pattern,
                this::said,
                text -> Pattern.compile(pattern).matcher(text).find());
    }

    private String page(int port) throws IOException {
        return cluster.inside(() -> {
            try (Http http = Http.connect("127.0.0.1", port)) {
                return http.get("/", false).body();
            }
        });
    }

    @Test
    void answersWithEachChange() throws Exception {
        Process dev = cluster.startProa(output, "dev", site.toString(), "-n", namespace, "--cleanup");
        try {
            awaitSaid("watching ");
            Matcher port = Pattern.compile("http://localhost:(\\d+) leads to service devsite")
                    .matcher(said());
            assertThat(port.find()).as(said()).isTrue();
            int local = Integer.parseInt(port.group(1));
            assertThat(page(local)).isEqualTo("edition 0");

            long began = System.nanoTime();
            for (int i = 1; i <= CHANGES; i++) {
                String edition = "edition " + i;
                write("index.html", edition);
                Await.until(edition + " is served", () -> page(local), edition::equals);
            }
            System.out.printf(
                    "proa dev: %d changes of a file that is copied, %.2f s each, none lost%n",
                    CHANGES, (System.nanoTime() - began) / 1e9 / CHANGES);

            String pod = cluster.kubectl("get", "pods", "-n", namespace, "-o", "jsonpath={.items[0].metadata.name}")
                    .ok()
                    .text();
            cluster.kubectl("delete", "pod", pod, "-n", namespace, "--wait=false")
                    .ok();
            awaitPods("edition " + CHANGES);

            write("data.yaml", "a: b");
            awaitSaid("change of data.yaml → answered in ");
            assertThat(page(local)).as("the same port leads to the new version").isEqualTo("edition " + CHANGES);
        } finally {
            dev.destroy();
            assertThat(dev.waitFor(60, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(said()).contains("deployment.apps/devsite deleted");
        assertThat(cluster.kubectl("get", "deployments", "-n", namespace, "-o", "name")
                        .ok()
                        .text())
                .isEmpty();
    }

    /** Waits until both pods serve an edition, one of which was started after it was copied. */
    private void awaitPods(String edition) {
        Await.until(
                "all pods serve " + edition,
                () -> {
                    StringBuilder pages = new StringBuilder();
                    for (String address : cluster.kubectl(
                                    "get",
                                    "endpoints",
                                    "devsite",
                                    "-n",
                                    namespace,
                                    "-o",
                                    "jsonpath={.subsets[*].addresses[*].ip}")
                            .ok()
                            .text()
                            .split(" ")) {
                        pages.append(Http.get(cluster, address, 8080, "/").body())
                                .append('\n');
                    }
                    return pages.toString();
                },
                pages -> pages.equals((edition + "\n").repeat(2)));
    }
}
