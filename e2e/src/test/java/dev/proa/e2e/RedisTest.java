package dev.proa.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.proa.image.Reference;
import dev.proa.image.build.HostImageBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** {@code examples/redis}, with the Redis of this machine in place of the packages that its Dockerfile downloads. */
@Tag("extensions")
@ExtendWith(SharedCluster.class)
class RedisTest {
    private static final String BASE = "redis-base:e2e";

    @Test
    void replicatesAndComesBackWithItsData(TestCluster cluster, @TempDir Path directory) throws IOException {
        assumeTrue(Tools.present("redis-server"), "needs the program redis-server (package redis-server)");
        HostImageBuilder.busybox(Path.of("/bin/busybox"))
                .program("redis-server")
                .program("redis-cli")
                .directory("/data", 0777)
                .build(cluster.images(), Reference.parse(BASE));
        Path project = directory.resolve("redis");
        Directories.copy(TestCluster.project("examples/redis"), project);
        Path dockerfile = project.resolve("Dockerfile");
        String packages = "(?s)FROM docker.io/library/debian.*?\nCOPY";
        String written = Files.readString(dockerfile);
        Files.writeString(dockerfile, written.replaceFirst(packages, "FROM " + BASE + "\nCOPY"));
        assertThat(Files.readString(dockerfile)).isNotEqualTo(written);

        Run deployed = cluster.proa("deploy", project.toString(), "-n", "redis", "--create-namespace")
                .ok();
        assertThat(deployed.out()).contains("Rolling out redis").contains("statefulset.apps/redis created");
        cli(cluster, "redis-0", "set", "greeting", "hello");
        await(cluster, "redis-2", "hello");

        cluster.kubectl("delete", "pod", "redis-0", "redis-1", "-n", "redis").ok();
        cluster.kubectl("rollout", "status", "statefulset/redis", "-n", "redis", "--timeout=90s")
                .ok();
        await(cluster, "redis-0", "hello");
        await(cluster, "redis-1", "hello");

        cluster.kubectl("scale", "statefulset/redis", "--replicas=2", "-n", "redis")
                .ok();
        cluster.kubectl("wait", "--for=delete", "pvc/data-redis-2", "-n", "redis", "--timeout=90s")
                .ok();
        assertThat(cluster.kubectl("get", "pvc", "-n", "redis", "-o", "name")
                        .ok()
                        .text())
                .contains("data-redis-0")
                .contains("data-redis-1");
        cluster.kubectl("delete", "namespace", "redis", "--timeout=90s").ok();
    }

    private static String cli(TestCluster cluster, String pod, String... command) {
        String[] all = new String[command.length + 6];
        System.arraycopy(new String[] {"exec", pod, "-n", "redis", "--", "redis-cli"}, 0, all, 0, 6);
        System.arraycopy(command, 0, all, 6, command.length);
        return cluster.kubectl(all).ok().text();
    }

    private static void await(TestCluster cluster, String pod, String value) {
        Await.until(
                pod + " has the value",
                () -> cli(cluster, pod, "get", "greeting").strip(),
                value::equals);
    }
}
