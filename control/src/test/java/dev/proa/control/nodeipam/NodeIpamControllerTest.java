package dev.proa.control.nodeipam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.proa.api.core.v1.Event;
import dev.proa.api.core.v1.Node;
import dev.proa.api.value.MapValue;
import dev.proa.client.ResourceClient;
import dev.proa.client.clock.Clock;
import dev.proa.control.shared.TestCluster;
import dev.proa.testing.Await;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NodeIpamControllerTest {
    private final TestCluster cluster = new TestCluster(Clock.system());
    private final ResourceClient<Node> nodes = cluster.client.resource(Node.KIND);

    @AfterEach
    void close() {
        cluster.close();
    }

    private void start(String range) throws Exception {
        cluster.start(context -> new NodeIpamController(context, range));
    }

    private void create(String name, String range) {
        MapValue node = MapValue.of("apiVersion", "v1", "kind", "Node", "metadata", MapValue.of("name", name));
        nodes.create(new Node(range.isEmpty() ? node : node.with("spec", MapValue.of("podCIDR", range))));
    }

    private String range(String name) {
        return nodes.get(name).spec().podCIDR();
    }

    @Test
    void givesEachNodeARangeThatNoOtherHas() throws Exception {
        create("old", "10.244.1.0/24");
        start("10.244.0.0/16");
        for (int i = 0; i < 20; i++) {
            create("node-" + i, "");
        }

        Set<String> ranges = new HashSet<>(List.of(range("old")));
        for (int i = 0; i < 20; i++) {
            String name = "node-" + i;
            Await.until("a range of " + name, () -> !range(name).isEmpty());
            assertThat(ranges.add(range(name))).as(range(name)).isTrue();
        }
        assertThat(ranges).contains("10.244.0.0/24", "10.244.2.0/24", "10.244.20.0/24");
        assertThat(nodes.get("node-0").spec().podCIDRs()).containsExactly(range("node-0"));
        assertThat(range("old")).isEqualTo("10.244.1.0/24");
    }

    @Test
    void givesTheRangeOfADeletedNodeToTheNextOne() throws Exception {
        start("10.244.0.0/23");
        create("a", "");
        create("b", "");
        Await.until("two ranges", () -> !range("a").isEmpty() && !range("b").isEmpty());
        create("c", "");
        Await.until(
                "c waits",
                () -> cluster.client.resource(Event.KIND).list().stream()
                        .anyMatch(event -> event.reason().equals("CIDRNotAvailable")));
        String free = range("a");

        nodes.delete("a");

        Await.until("a range for c", () -> !range("c").isEmpty());
        assertThat(range("c")).isEqualTo(free);
    }

    @Test
    void refusesARangeWithoutRoomForANode() {
        assertThatIllegalArgumentException().isThrownBy(() -> start("10.244.0.0/25"));
    }
}
