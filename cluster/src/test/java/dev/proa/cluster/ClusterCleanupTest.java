package dev.proa.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.proa.node.linux.CgroupTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ClusterCleanupTest {
    @Test
    void leavesNoEmptyControlGroups() throws Exception {
        CgroupTree tree = CgroupTree.detect().orElse(null);
        assumeTrue(tree != null && "root".equals(System.getProperty("user.name")), "needs root and control groups");
        String node = "cleanup-" + ProcessHandle.current().pid() + "-0";
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

    private static List<Path> groups(String node) throws IOException {
        try (Stream<Path> hierarchies = Files.list(Path.of("/sys/fs/cgroup"))) {
            return hierarchies
                    .map(hierarchy -> hierarchy.resolve("proa").resolve(node))
                    .filter(Files::exists)
                    .toList();
        }
    }
}
