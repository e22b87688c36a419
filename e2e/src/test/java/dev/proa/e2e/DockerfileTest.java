package dev.proa.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** {@code proa deploy} of a folder with a Dockerfile, on a base that was imported. */
@ExtendWith(SharedCluster.class)
class DockerfileTest {
    private static final String BASE = """
            FROM scratch
            COPY busybox /bin/busybox
            COPY busybox /bin/sh
            """;

    private static final String DOCKERFILE = """
            FROM base.example/busybox:1 AS build
            WORKDIR /site
            COPY page.txt .
            RUN busybox sed 's/NAME/Dockerfile/' page.txt >index.html

            FROM base.example/busybox:1
            COPY --from=build /site/index.html /www/
            USER 1000:1000
            EXPOSE 8000
            CMD ["busybox", "httpd", "-f", "-p", "8000", "-h", "/www"]
            """;

    @Test
    void deploysAndChanges(TestCluster cluster, @TempDir Path directory) throws IOException {
        Path base = Files.createDirectory(directory.resolve("base"));
        Files.copy(Path.of("/bin/busybox"), base.resolve("busybox"));
        base.resolve("busybox").toFile().setExecutable(true, false);
        Files.writeString(base.resolve("Dockerfile"), BASE);
        cluster.proa("image", "build", base.toString(), "-t", "base.example/busybox:1")
                .ok();

        Path site = Files.createDirectory(directory.resolve("dockerfile-site"));
        Files.writeString(site.resolve("Dockerfile"), DOCKERFILE);
        Files.writeString(site.resolve("page.txt"), "hello of NAME\n");
        Run first = cluster.proa("deploy", site.toString()).ok();
        assertThat(page(cluster, first)).isEqualTo("hello of Dockerfile\n");

        Run unchanged = cluster.proa("deploy", site.toString()).ok();
        assertThat(unchanged.out()).contains("source unchanged").contains("Nothing changed");

        Files.writeString(site.resolve("page.txt"), "good day of NAME\n");
        Run changed = cluster.proa("deploy", site.toString()).ok();
        assertThat(changed.out()).contains("RUN busybox sed");
        assertThat(page(cluster, changed)).isEqualTo("good day of Dockerfile\n");

        Files.writeString(site.resolve("Dockerfile"), DOCKERFILE.replace("sed ", "sed --no-such-option "));
        Run broken = cluster.proa("deploy", site.toString()).exits(1);
        assertThat(broken.err() + broken.out())
                .contains(">>> RUN busybox sed --no-such-option")
                .contains("did not complete successfully: exit code: 1");
        assertThat(page(cluster, changed)).as("what ran goes on").isEqualTo("good day of Dockerfile\n");
        cluster.proa("delete", "dockerfile-site").ok();
    }

    private static String page(TestCluster cluster, Run run) throws IOException {
        URI url = URI.create(run.out().lines().reduce((first, second) -> second).orElseThrow());
        return Http.get(cluster, url.getHost(), url.getPort(), "/").body();
    }
}
