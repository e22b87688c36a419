package dev.proa.node.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.node.linux.Namespaces.Kind;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SysctlTest {
    @ParameterizedTest
    @CsvSource({
        "net.ipv4.tcp_rmem,                    net/ipv4/tcp_rmem,                    NETWORK",
        "net/ipv4/tcp_rmem,                    net/ipv4/tcp_rmem,                    NETWORK",
        "net.ipv4.conf.eth0/1.forwarding,      net/ipv4/conf/eth0.1/forwarding,      NETWORK",
        "net/ipv4/conf/eth0.1/forwarding,      net/ipv4/conf/eth0.1/forwarding,      NETWORK",
        "kernel.shm_rmid_forced,               kernel/shm_rmid_forced,               IPC",
        "kernel/msgmax,                        kernel/msgmax,                        IPC",
        "kernel.sem,                           kernel/sem,                           IPC",
        "fs.mqueue.msg_max,                    fs/mqueue/msg_max,                    IPC",
    })
    void readsBothSpellings(String name, String path, Kind kind) {
        Sysctl sysctl = Sysctl.parse(name);

        assertThat(String.join("/", sysctl.segments())).isEqualTo(path);
        assertThat(sysctl.kind()).isEqualTo(kind);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "vm.swappiness",
                "vm/swappiness",
                "kernel.core_pattern",
                "kernel/core_pattern",
                "kernel.semx",
                "kernel.printk",
                "fs.file-max",
                "fs.mqueue",
                "net",
                "net/../vm/swappiness",
                "net.//.vm.swappiness",
                "net.//./vm.swappiness",
                "net//ipv4/tcp_rmem",
                "net..ipv4",
                "/net/ipv4/tcp_rmem",
                "net/ipv4/",
                "net.ipv4.",
                "net/./ipv4/tcp_rmem",
                "net/ipv4/tcp_rmem\u0000/x",
                "net/ipv4/tcp rmem",
                "kernel.shm/../core_pattern",
                "kernel/shm/../core_pattern",
                ""
            })
    void knowsNoSettingOfTheMachine(String name) {
        assertThatThrownBy(() -> Sysctl.parse(name)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void cannotBeMadeOfOthers() {
        assertThatThrownBy(() -> new Sysctl(List.of("net", "..", "vm", "swappiness"), Kind.NETWORK))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Sysctl(List.of("vm", "swappiness"), Kind.IPC))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void isSpelledWithDots() {
        assertThat(Sysctl.parse("net/ipv4/conf/eth0.1/forwarding")).hasToString("net.ipv4.conf.eth0/1.forwarding");
        assertThat(Sysctl.dotted("vm/swappiness")).isEqualTo("vm.swappiness");
    }
}
