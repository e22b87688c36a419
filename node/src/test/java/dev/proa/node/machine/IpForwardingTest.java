package dev.proa.node.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.node.network.TestMachine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The machine's forwarding settings while it has clusters and after. */
class IpForwardingTest {
    private static final Path SETTINGS = Path.of("/proc/sys/net/ipv4");

    @TempDir
    Path directory;

    TestMachine machine;
    TestMachine other;

    @BeforeEach
    void start() throws IOException {
        machine = TestMachine.create(directory);
        other = TestMachine.create(directory, "other");
        machine.connectTo(other, "net0", "10.9.1.1", "10.9.1.2");
        Files.createDirectories(directory.resolve("one"));
        Files.createDirectories(directory.resolve("two"));
    }

    @AfterEach
    void stop() throws Exception {
        if (other != null) {
            other.close();
            machine.close();
        }
    }

    /** A node that has come; it is as if its process was killed unless it leaves. */
    private IpForwarding come(TestMachine to, String node) throws IOException {
        IpForwarding forwarding =
                to.call(() -> IpForwarding.open(directory.resolve("run"), node, directory.resolve(node)));
        forwarding.turnOn();
        return forwarding;
    }

    private static void leave(IpForwarding forwarding) throws IOException {
        forwarding.leave();
        forwarding.close();
    }

    /** All settings that turning forwarding on may change. */
    private static Map<String, String> settings(TestMachine of) throws IOException {
        return of.call(() -> {
            Map<String, String> settings = new TreeMap<>();
            for (String file : List.of(
                    "ip_forward",
                    "conf/all/accept_redirects",
                    "conf/default/forwarding",
                    "conf/lo/forwarding",
                    "conf/net0/forwarding")) {
                settings.put(file, Files.readString(SETTINGS.resolve(file)).strip());
            }
            return settings;
        });
    }

    @Test
    void theLastNodePutsBackWhatTheFirstFound() throws IOException {
        Map<String, String> before = settings(machine);
        IpForwarding one = come(machine, "one");
        IpForwarding two = come(machine, "two");
        assertThat(List.of(one.before(), two.before())).containsOnly(false);

        leave(one);
        assertThat(settings(machine)).containsEntry("ip_forward", "1");
        leave(two);
        assertThat(settings(machine)).isEqualTo(before).containsEntry("ip_forward", "0");
    }

    @Test
    void aCrashDoesNotMakeItForget() throws IOException {
        Map<String, String> before = settings(machine);
        come(machine, "one").close();
        come(machine, "one").close();

        leave(come(machine, "one"));

        assertThat(settings(machine)).isEqualTo(before);
    }

    @Test
    void whoseDirectoryWasDeletedHasLeft() throws IOException {
        Map<String, String> before = settings(machine);
        come(machine, "two").close();
        IpForwarding one = come(machine, "one");
        Files.delete(directory.resolve("two"));

        leave(one);

        assertThat(settings(machine)).isEqualTo(before);
    }

    @Test
    void linksThatForwardedAlreadyGoOn() throws IOException {
        machine.call(() -> Files.writeString(SETTINGS.resolve("conf/net0/forwarding"), "1"));
        Map<String, String> before = settings(machine);

        leave(come(machine, "one"));

        assertThat(settings(machine)).isEqualTo(before).containsEntry("conf/net0/forwarding", "1");
    }

    @Test
    void aRouterStaysOne() throws IOException {
        machine.call(() -> Files.writeString(SETTINGS.resolve("ip_forward"), "1"));
        IpForwarding one = come(machine, "one");

        assertThat(one.before()).isTrue();
        leave(one);

        assertThat(settings(machine)).containsEntry("ip_forward", "1");
    }

    @Test
    void machinesThatShareADirectoryAreKeptApart() throws IOException {
        IpForwarding here = come(machine, "one");
        IpForwarding there = come(other, "one");

        leave(here);
        assertThat(settings(machine)).containsEntry("ip_forward", "0");
        assertThat(settings(other)).containsEntry("ip_forward", "1");
        leave(there);

        assertThat(settings(other)).containsEntry("ip_forward", "0");
        assertThat(directory.resolve("run"))
                .isDirectoryNotContaining(file -> file.toString().contains("."));
    }

    @Test
    void whatAnEarlierStartOfTheMachineLeftIsWorthNothing() throws IOException {
        Path old = Files.createDirectories(directory.resolve("run")).resolve("00000000-0000-4000-8000-000000000000.1");
        Files.writeString(old, "was ip_forward 1\n");

        leave(come(machine, "one"));

        assertThat(old).doesNotExist();
        assertThat(settings(machine)).containsEntry("ip_forward", "0");
    }
}
