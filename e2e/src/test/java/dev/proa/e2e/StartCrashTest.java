package dev.proa.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.node.linux.Mounts;
import dev.proa.node.linux.netlink.RouteMessages.Link;
import dev.proa.node.linux.netlink.RouteSocket;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What goes wrong while a server starts: it is killed, or the cluster is taken down by somebody else. */
class StartCrashTest {
    /** What a start has made at moments one after the other. */
    private static final List<String> MOMENTS = List.of(
            "network/number",
            "network/router",
            "nodes/*/namespace",
            "nodes/*/network",
            "nodes/*-1/runtime",
            "nodes/*/logs");

    private static TestCluster cluster;

    @BeforeAll
    static void start() throws IOException {
        cluster = TestCluster.start("start", "--nodes", "3");
    }

    @AfterAll
    static void end() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @BeforeEach
    void kill() throws InterruptedException {
        cluster.kill();
    }

    @Test
    void whatAStartHadMadeWhenItWasKilledIsTakenOffTheMachine() throws Exception {
        for (String moment : MOMENTS) {
            cluster.proa("down", "--delete-data").ok();
            assertThat(leftovers()).as("after " + moment).isEmpty();
            cluster.restart();
            awaitMoment(moment);
            cluster.kill();
        }
        cluster.restart();
        cluster.awaitReady();
    }

    @Test
    void aServerThatStartsIsEndedBeforeItsClusterIsTakenDown() throws Exception {
        cluster.proa("down", "--delete-data").ok();
        cluster.restart();
        awaitMoment("network/number");

        assertThat(cluster.proa("down").ok().out()).contains("has ended");

        assertThat(cluster.server().waitFor(1, TimeUnit.SECONDS)).isTrue();
        assertThat(leftovers()).isEmpty();
    }

    private static void awaitMoment(String moment) {
        PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + cluster.directory() + "/" + moment);
        Await.until(
                moment,
                () -> {
                    if (!Files.isDirectory(cluster.directory())) {
                        return false;
                    }
                    try (Stream<Path> files = Files.find(cluster.directory(), 3, (file, _) -> matcher.matches(file))) {
                        return files.findAny().isPresent();
                    } catch (java.io.UncheckedIOException e) {
                        return false; // a file of the journal came and went
                    }
                },
                there -> there);
    }

    /** Mounts in the cluster's directory and links of clusters on its machine. */
    private static List<String> leftovers() throws IOException {
        List<String> links = cluster.inside(() -> {
            try (RouteSocket routes = RouteSocket.open()) {
                return routes.links().stream()
                        .map(Link::name)
                        .filter(name -> name.startsWith("proa"))
                        .toList();
            }
        });
        Path home = cluster.directory().getParent().getParent().toRealPath();
        return Stream.concat(links.stream(), Mounts.below(home).stream().map(Path::toString))
                .toList();
    }
}
