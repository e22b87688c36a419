package dev.proa.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.proa.node.linux.Namespaces;
import dev.proa.node.linux.Namespaces.Kind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterCleanupTest {
    /** Nodes are made side by side, so any of them may be the one that a killed server had not come to. */
    @Test
    void takesNodesOffThatWereOnlyHalfMade(@TempDir Path directory) throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "needs root");
        Path nodes = directory.resolve("nodes");
        Path first = nodes.resolve("half-0/namespace");
        Path third = nodes.resolve("half-2/namespace");
        Files.createDirectories(directory.resolve("network"));
        Files.createDirectories(nodes.resolve("half-2/runtime"));
        Namespaces.callInNew(
                () -> {
                    for (Path namespace : List.of(first, third)) {
                        Files.createDirectories(namespace.getParent());
                        Namespaces.create(Kind.NETWORK, namespace);
                    }
                    ClusterCleanup.removeContainers(directory);
                    return null;
                },
                Kind.NETWORK);

        assertThat(first).doesNotExist();
        assertThat(third).doesNotExist();
        ClusterCleanup.deleteData(directory);
        assertThat(directory).doesNotExist();
        Files.createDirectory(directory); // JUnit's to delete
    }
}
