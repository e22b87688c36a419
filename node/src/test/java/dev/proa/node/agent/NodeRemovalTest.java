package dev.proa.node.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.proa.node.linux.CgroupTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class NodeRemovalTest {
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
        NodeRemoval.removeGroups(node);
        assertThat(groups(node)).isEmpty();
        NodeRemoval.removeGroups(node); // nothing to do
    }

    @Test
    void groupsOfNodesOfOneNameDiffer() {
        assertThat(SandboxNode.cgroup(Path.of("/one/clusters/web/nodes/web-0")))
                .matches("proa/web-0\\.[0-9a-f]{8}")
                .isNotEqualTo(SandboxNode.cgroup(Path.of("/two/clusters/web/nodes/web-0")));
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
