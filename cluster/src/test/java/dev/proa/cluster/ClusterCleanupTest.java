package dev.proa.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.proa.node.linux.CgroupTree;
import dev.proa.node.linux.Namespaces;
import dev.proa.node.linux.Namespaces.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterCleanupTest {
    @Test
    void leavesNoEmptyControlGroups() throws Exception {
        CgroupTree tree = CgroupTree.detect().orElse(null);
        assumeTrue(tree != null && "root".equals(System.getProperty("user.name")), "needs root and control groups");
        Path node =
                Path.of("/nowhere/clusters/cleanup-" + ProcessHandle.current().pid() + "-0");
        try {
            tree.group(SandboxNode.cgroup(node)).create();
        } catch (IOException e) {
            assumeTrue(false, "control groups cannot be made here: " + e.getMessage());
        }
        assertThat(groups(node)).isNotEmpty();
        ClusterCleanup.removeGroups(node);
        assertThat(groups(node)).isEmpty();
        ClusterCleanup.removeGroups(node); // nothing to do
    }

    @Test
    void groupsOfNodesOfOneNameDiffer() {
        assertThat(SandboxNode.cgroup(Path.of("/one/clusters/web/nodes/web-0")))
                .matches("proa/web-0\\.[0-9a-f]{8}")
                .isNotEqualTo(SandboxNode.cgroup(Path.of("/two/clusters/web/nodes/web-0")));
    }

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
                    ClusterCleanup.removeContainers("half", directory);
                    return null;
                },
                Kind.NETWORK);

        assertThat(first).doesNotExist();
        assertThat(third).doesNotExist();
        ClusterCleanup.deleteData(directory);
        assertThat(directory).doesNotExist();
        Files.createDirectory(directory); // JUnit's to delete
    }

    private static List<Path> groups(Path node) throws IOException {
        try (Stream<Path> hierarchies = Files.list(Path.of("/sys/fs/cgroup"))) {
            return hierarchies
                    .map(hierarchy -> hierarchy.resolve(SandboxNode.cgroup(node)))
                    .filter(Files::exists)
                    .toList();
        }
    }
}
