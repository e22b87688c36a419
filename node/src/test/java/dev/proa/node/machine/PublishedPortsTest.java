package dev.proa.node.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.node.network.Cidr;
import dev.proa.node.network.PodNetwork.Port;
import dev.proa.node.network.TestMachine;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PublishedPortsTest {
    private static final Map<Port, InetSocketAddress> WEB =
            Map.of(new Port("TCP", 30080), new InetSocketAddress("10.90.0.2", 30080));

    @TempDir
    Path directory;

    TestMachine machine;
    PublishedPorts ports;

    /** What the kernel forwards. */
    final Map<Port, InetSocketAddress> rules = new HashMap<>();

    boolean broken;

    @BeforeEach
    void open() throws IOException {
        machine = TestMachine.create(directory);
        HeldPorts held = machine.call(() -> new HeldPorts(machine.namespace(), Cidr.parseAddress("127.0.0.1")));
        ports = new PublishedPorts(directory.resolve("ports"), held, (gone, come) -> {
            if (broken) {
                throw new IllegalStateException("the rules cannot be changed");
            }
            rules.keySet().removeAll(gone.keySet());
            rules.putAll(come);
        });
    }

    @AfterEach
    void close() throws Exception {
        if (ports != null) {
            ports.close();
            machine.close();
        }
    }

    @Test
    void portsThatCouldNotBePublishedArePublishedTheNextTime() {
        broken = true;
        assertThatThrownBy(() -> ports.publish("services", WEB)).hasMessage("the rules cannot be changed");

        broken = false;
        ports.publish("services", WEB);
        assertThat(rules).isEqualTo(WEB);
        assertThat(directory.resolve("ports")).content().contains("TCP 30080 10.90.0.2 30080 services");
    }

    @Test
    void portsThatCouldNotBeWithdrawnAreWithdrawnTheNextTime() {
        ports.publish("services", WEB);
        broken = true;
        assertThatThrownBy(() -> ports.publish("services", Map.of())).hasMessage("the rules cannot be changed");

        broken = false;
        ports.publish("services", Map.of());
        assertThat(rules).isEmpty();
    }

    @Test
    void portsThatCouldNotBeSavedAreSavedTheNextTime() throws IOException {
        Path inTheWay =
                Files.createDirectories(directory.resolve("ports.new/file")).getParent();
        assertThatThrownBy(() -> ports.publish("services", WEB)).hasMessageContaining("could not be written");

        Files.delete(inTheWay.resolve("file"));
        Files.delete(inTheWay);
        ports.publish("services", WEB);
        assertThat(directory.resolve("ports")).content().contains("30080");
    }
}
