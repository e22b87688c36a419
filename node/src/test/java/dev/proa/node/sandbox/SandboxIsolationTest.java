package dev.proa.node.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.node.cri.Conditions;
import dev.proa.node.cri.Configs;
import dev.proa.node.cri.ContainerConfig;
import dev.proa.node.cri.ContainerRuntime.ExecResult;
import dev.proa.node.cri.ContainerRuntime.Resources;
import dev.proa.node.cri.ContainerStatus.State;
import dev.proa.node.cri.PodSandboxConfig;
import dev.proa.node.cri.RuntimeFailure;
import dev.proa.node.linux.Mounts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What a container can see and what it must not. The order between the two output streams is undefined. */
class SandboxIsolationTest extends SandboxTests {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    @Test
    void hasProcessesHostnameAndNetworkOfItsOwn() throws IOException {
        List<String> output =
                outputOf(new ConfigBuilder("echo $$; hostname; ls /sys/class/net; ls -d /proc/[0-9]* | wc -l;"
                        + " ls / | tr '\\n' ' '; grep -c . /proc/mounts"));
        assertThat(output.subList(0, 3)).containsExactlyInAnyOrder("1", "web", "lo");
        assertThat(Integer.parseInt(output.get(3).strip())).isLessThan(5);
        assertThat(output.get(4)).doesNotContain("work").contains("bin dev etc");
    }

    @Test
    void findsTheFilesOfItsPod() throws IOException {
        List<String> output =
                outputOf(new ConfigBuilder("cat /etc/hosts | grep web; cat /etc/hostname /etc/resolv.conf"));
        assertThat(output)
                .containsExactlyInAnyOrder(
                        "10.244.0.2\tweb",
                        "web",
                        "search default.svc.cluster.local",
                        "nameserver 10.96.0.10",
                        "options ndots:5");
    }

    @Test
    void hasTheUsualDevicesAndNoOthers() throws IOException {
        List<String> output =
                outputOf(new ConfigBuilder("exec 2>&1; ls /dev | tr '\\n' ' '; echo; echo x > /dev/null && echo null;"
                        + " head -c 3 /dev/zero | wc -c; mknod /tmp/kmsg c 1 11; head -c1 /tmp/kmsg;"
                        + " mknod /dev/kmsg c 1 11; head -c1 /dev/kmsg; mknod /dev/shm/k c 1 11; head -c1 /dev/shm/k"));
        assertThat(output.get(0))
                .isEqualTo("core fd full mqueue null ptmx pts random shm stderr stdin stdout tty urandom zero ");
        assertThat(output.subList(1, 3)).containsExactlyInAnyOrder("null", "3");
        assertThat(output.subList(3, output.size())).hasSize(3).allMatch(line -> line.contains("Permission denied"));
    }

    @Test
    void hasTheDefaultCapabilities() throws IOException {
        assertThat(outputOf(new ConfigBuilder("grep -E 'Cap(Inh|Prm|Eff|Bnd|Amb)' /proc/self/status")))
                .containsExactlyInAnyOrder(
                        "CapInh:\t0000000000000000",
                        "CapPrm:\t00000000a80425fb",
                        "CapEff:\t00000000a80425fb",
                        "CapBnd:\t00000000a80425fb",
                        "CapAmb:\t0000000000000000");
    }

    @Test
    void dropsAndAddsCapabilities() throws IOException {
        String script = "grep -E 'Cap(Eff|Bnd)' /proc/self/status";
        assertThat(outputOf(new ConfigBuilder(script).drop("ALL").add("NET_ADMIN")))
                .containsExactlyInAnyOrder("CapEff:\t0000000000001000", "CapBnd:\t0000000000001000");
        assertThatThrownBy(() -> outputOf(new ConfigBuilder(script).add("FLY")))
                .isInstanceOf(RuntimeFailure.class)
                .hasMessage("unknown capability \"CAP_FLY\"");
    }

    @Test
    void runsAsTheUserItIsTold() throws IOException {
        String script = "id -u; id -g; id -G; grep -E 'CapEff|NoNewPrivs' /proc/self/status; echo x > /dev/stdout;"
                + " touch /file; echo $HOME";
        assertThat(outputOf(new ConfigBuilder(script).user(1000).noNewPrivileges()))
                .containsExactlyInAnyOrder(
                        "1000",
                        "100",
                        "100 10",
                        "CapEff:\t0000000000000000",
                        "NoNewPrivs:\t1",
                        "x",
                        "touch: /file: Permission denied",
                        "/home/alice");
        assertThat(outputOf(new ConfigBuilder("id -u; id -g; id -G").user(4711).group(4712, 7L, 8L)))
                .containsExactlyInAnyOrder("4711", "4712", "4712 7 8");
        assertThat(outputOf(new ConfigBuilder("id -u").userName("alice"))).containsExactlyInAnyOrder("1000");
        assertThatThrownBy(() -> outputOf(new ConfigBuilder("id").userName("bob")))
                .hasMessage("unable to find user bob: no matching entries in passwd file");
    }

    @Test
    void keepsAReadOnlyRootFromBeingWritten() throws IOException {
        Path volume = Files.createDirectory(logs.resolve("volume"));
        assertThat(outputOf(new ConfigBuilder("touch /file; touch /data/file && ls /data; touch /etc/hosts; echo $?")
                        .readOnlyRoot()
                        .mount(volume, "/data", false)))
                .containsExactlyInAnyOrder(
                        "touch: /file: Read-only file system", "file", "touch: /etc/hosts: Read-only file system", "1");
        assertThat(volume.resolve("file")).exists();
    }

    @Test
    void hidesWhatTheKernelTells() throws IOException {
        assertThat(outputOf(new ConfigBuilder("cat /proc/keys | wc -c; ls /sys/firmware | wc -l;"
                        + " echo 1 > /proc/sys/kernel/panic; touch /sys/x")))
                .containsExactlyInAnyOrder(
                        "0",
                        "0",
                        "sh: can't create /proc/sys/kernel/panic: Read-only file system",
                        "touch: /sys/x: Read-only file system");
    }

    @Test
    void mountsVolumesWhereTheContainersOwnLinksLead() throws IOException {
        Path secret = Files.createDirectories(logs.resolve("secret"));
        Files.writeString(secret.resolve("token"), "abc\n");
        Path file = Files.writeString(logs.resolve("file"), "text\n");
        assertThat(outputOf(new ConfigBuilder("cat /run/secrets/io/token; cat /opt/a/b/c; echo x >> /opt/a/b/c;"
                                + " touch /var/run/secrets/io/x")
                        .mount(secret, "/var/run/secrets/io", true)
                        .mount(file, "/opt/a/b/c", false)))
                .containsExactlyInAnyOrder("abc", "text", "touch: /var/run/secrets/io/x: Read-only file system");
        assertThat(file).hasContent("text\nx\n");
        assertThat(Path.of("/run/secrets/io")).doesNotExist();
        assertThatThrownBy(() -> outputOf(new ConfigBuilder("true").mount(logs.resolve("none"), "/x", true)))
                .hasMessageContaining("none on /x: no such file or directory");
    }

    @Test
    void takesEnvironmentAndWorkingDirectory() throws IOException {
        assertThat(outputOf(new ConfigBuilder("pwd; echo \"$GREETING\"; echo $HOSTNAME")
                        .environment("GREETING", "hello world")
                        .directory("/srv/app")))
                .containsExactlyInAnyOrder("/srv/app", "hello world", "web");
    }

    @Test
    void isKilledWhenItUsesMoreMemoryThanItMay() throws IOException {
        Resources limits = new Resources(0, 0, 100_000, 24 << 20, Map.of());
        String id = started(
                sandbox("web"),
                new ConfigBuilder("x=x; while :; do x=$x$x; done")
                        .resources(limits)
                        .build());
        State.Exited exited = ended(id);
        assertThat(exited.reason()).isEqualTo("OOMKilled");
        assertThat(exited.exitCode()).isEqualTo(137);
    }

    @Test
    void hasItsLimits() throws IOException {
        Resources limits = new Resources(512, 50_000, 100_000, 64 << 20, Map.of("pids.max", "5"));
        List<String> output = outputOf(new ConfigBuilder(
                        "exec 2>&1; cd /sys/fs/cgroup; cat memory/memory.limit_in_bytes memory.max 2>/dev/null;"
                                + " cat cpu/cpu.cfs_quota_us cpu.max 2>/dev/null; cat pids/pids.max pids.max 2>/dev/null;"
                                + " for i in 1 2 3 4 5 6; do sleep 5 & done")
                .resources(limits));
        assertThat(output.get(0)).isEqualTo("67108864");
        assertThat(output.get(1)).startsWith("50000");
        assertThat(output.get(2)).isEqualTo("5");
        assertThat(output.get(3)).contains("can't fork");
    }

    @Test
    void aPrivilegedContainerHasDevicesAndRights() throws IOException {
        List<String> output = outputOf(new ConfigBuilder(
                        "mkdir /m; mount -t tmpfs x /m && echo mounted; ls /dev | wc -l;"
                                + " mknod /tmp/zero c 1 5 && head -c 2 /tmp/zero | wc -c; touch /proc/sys/kernel/panic && echo writable")
                .privileged());
        assertThat(output).contains("mounted", "2", "writable");
    }

    @Test
    void containersOfAPodShareMemoryAndNetworkButNotFilesAndProcesses() throws Exception {
        String sandbox = sandbox("web");
        String one = started(
                sandbox,
                new ConfigBuilder("echo shared > /dev/shm/x; echo own > /tmp-x; nc -l -p 8080 -e cat")
                        .name("one")
                        .build());
        String two =
                started(sandbox, new ConfigBuilder("sleep 1000").name("two").build());
        assertThat(exec(two, "until test -s /dev/shm/x; do sleep 0.01; done; cat /dev/shm/x; ls /tmp-x"))
                .startsWith("shared\n")
                .contains("No such file");
        assertThat(exec(two, "until echo ping | nc 127.0.0.1 8080; do sleep 0.01; done"))
                .contains("ping\n");
        assertThat(ended(one).exitCode()).isZero();
    }

    @Test
    void containersMayShareTheirProcesses() throws Exception {
        PodSandboxConfig plain = Configs.sandbox("web", logs);
        PodSandboxConfig config = new PodSandboxConfig(
                plain.name(),
                plain.namespace(),
                plain.uid(),
                0,
                plain.hostname(),
                plain.domain(),
                logs,
                plain.dns(),
                Map.of(),
                Map.of(),
                Map.of(),
                false,
                false,
                false,
                true,
                List.of(),
                Map.of("net.ipv4.ip_local_port_range", "2000 3000"),
                Resources.UNLIMITED);
        String sandbox = fixture.runtime.runPodSandbox(config);
        String one =
                started(sandbox, new ConfigBuilder("sleep 1234").name("one").build());
        String two =
                started(sandbox, new ConfigBuilder("sleep 1000").name("two").build());
        assertThat(exec(two, "ps -o comm,args; cat /proc/sys/net/ipv4/ip_local_port_range"))
                .contains("proa-pause", "sleep 1234", "2000\t3000");
        fixture.runtime.stopContainer(one, Duration.ofMillis(1));
        assertThat(ended(one).exitCode()).isIn(137, 143);
        assertThat(exec(two, "ps -o args")).doesNotContain("sleep 1234");
    }

    @Test
    void commandsRunAsTheContainerDoes() throws Exception {
        String id = started(
                sandbox("web"),
                new ConfigBuilder("sleep 1000")
                        .user(1000)
                        .drop("ALL")
                        .directory("/bin")
                        .environment("A", "b")
                        .build());
        assertThat(
                        exec(
                                id,
                                "id -u; pwd; echo $A; grep CapBnd /proc/self/status; cat /proc/1/cmdline | tr '\\0' ' '; hostname"))
                .isEqualTo("1000\n/bin\nb\nCapBnd:\t0000000000000000\nsleep 1000 web\n");
        ExecResult result = fixture.runtime.execSync(id, List.of("sh", "-c", "echo err >&2; exit 3"), TIMEOUT);
        assertThat(result.exitCode()).isEqualTo(3);
        assertThat(result.stderr()).asString().isEqualTo("err\n");
        assertThatThrownBy(() -> fixture.runtime.execSync(id, List.of("/none"), TIMEOUT))
                .hasMessage("exec: \"/none\": stat /none: no such file or directory");
        assertThatThrownBy(() -> fixture.runtime.execSync(id, List.of("/etc/passwd"), TIMEOUT))
                .hasMessage("exec: \"/etc/passwd\": permission denied");
        assertThatThrownBy(() -> fixture.runtime.execSync(id, List.of("sleep", "100"), Duration.ofMillis(100)))
                .isInstanceOfSatisfying(
                        RuntimeFailure.class,
                        failure -> assertThat(failure.reason()).isEqualTo(RuntimeFailure.Reason.DEADLINE_EXCEEDED));
        Conditions.await(
                "the end of the command that took too long",
                () -> !exec(id, "ps -o args").contains("sleep 100\n"));
    }

    @Test
    void theHostsNamespacesCanBeShared() throws IOException {
        PodSandboxConfig plain = Configs.sandbox("web", logs);
        PodSandboxConfig config = new PodSandboxConfig(
                plain.name(),
                plain.namespace(),
                plain.uid(),
                0,
                plain.hostname(),
                plain.domain(),
                logs,
                null,
                Map.of(),
                Map.of(),
                Map.of(),
                true,
                true,
                true,
                false,
                List.of(),
                Map.of(),
                Resources.UNLIMITED);
        String sandbox = fixture.runtime.runPodSandbox(config);
        assertThat(fixture.runtime.podSandboxStatus(sandbox).addresses()).isEmpty();
        ContainerConfig container = new ConfigBuilder(
                        "for n in net pid ipc; do readlink /proc/self/ns/$n; done;" + " sleep 1000 &")
                .build();
        String id = started(sandbox, container);
        assertThat(ended(id).exitCode()).isZero();
        assertThat(output(id)).containsExactlyInAnyOrder(own("net"), own("pid"), own("ipc"));
    }

    private static String own(String namespace) throws IOException {
        return Files.readSymbolicLink(Path.of("/proc/self/ns/" + namespace)).toString();
    }

    private String exec(String id, String script) {
        ExecResult result = fixture.runtime.execSync(id, List.of("sh", "-c", script), TIMEOUT);
        return new String(result.stdout(), StandardCharsets.UTF_8)
                + new String(result.stderr(), StandardCharsets.UTF_8);
    }

    @Test
    void setsNoSettingsOfTheMachine() throws IOException {
        for (String name : List.of("vm/swappiness", "kernel/core_pattern")) {
            String same = setting(Path.of("/proc/sys", name));
            for (String spelling : List.of(name, name.replace('/', '.'), "net/../" + name)) {
                assertThatThrownBy(() -> fixture.runtime.runPodSandbox(withSysctl(spelling, same)))
                        .isInstanceOf(RuntimeFailure.class);
            }
        }
        assertThat(fixture.runtime.listPodSandboxes()).isEmpty();
    }

    @Test
    void setsSettingsOfItsOwnNamespaces() throws IOException {
        Path file = Path.of("/proc/sys/kernel/shm_rmid_forced");
        String before = setting(file);
        String other = before.equals("1") ? "0" : "1";
        String sandbox = fixture.runtime.runPodSandbox(withSysctl("kernel/shm_rmid_forced", other));

        String id = started(sandbox, new ConfigBuilder("cat /proc/sys/kernel/shm_rmid_forced").build());
        ended(id);
        assertThat(output(id)).containsExactly(other);
        assertThat(setting(file)).isEqualTo(before);
    }

    /** By lines: read as a whole, such a file gives only the first digit of a number. */
    private static String setting(Path file) throws IOException {
        return Files.readAllLines(file).getFirst();
    }

    private PodSandboxConfig withSysctl(String name, String value) {
        PodSandboxConfig plain = Configs.sandbox("web", logs);
        return new PodSandboxConfig(
                plain.name(),
                plain.namespace(),
                plain.uid(),
                0,
                plain.hostname(),
                plain.domain(),
                logs,
                plain.dns(),
                Map.of(),
                Map.of(),
                Map.of(),
                false,
                false,
                false,
                false,
                List.of(),
                Map.of(name, value),
                Resources.UNLIMITED);
    }

    @Test
    void isReadOnlyBelowItsMountsOnlyWhereThatIsAskedFor() throws IOException {
        Path volume = Files.createDirectories(logs.resolve("volume"));
        Path below = Files.createDirectories(volume.resolve("below"));
        Mounts.mount("tmpfs", below, "tmpfs", 0, "mode=0777");
        try {
            String script =
                    "exec 2>/dev/null; touch /data/x && echo volume; touch /data/below/x && echo below; echo end";
            assertThat(outputOf(new ConfigBuilder(script).mount(volume, "/data", true)))
                    .containsExactly("below", "end");
            assertThat(outputOf(new ConfigBuilder(script).recursivelyReadOnly(volume, "/data")))
                    .containsExactly("end");
        } finally {
            Mounts.unmount(below, Mounts.MNT_DETACH);
        }
    }

    @Test
    void leavesRecordsThatNobodyElseMayRead() throws IOException {
        String id = started(
                sandbox("web"),
                new ConfigBuilder("head -c 3000000 /dev/zero > /written; echo ready; sleep 1000")
                        .environment("PASSWORD", "s3cr3t")
                        .build());
        Conditions.await("it has written", () -> {
            try {
                return output(id).contains("ready");
            } catch (IOException e) {
                return false;
            }
        });
        Path state = fixture.state.resolve("state");
        List<Path> readable;
        try (Stream<Path> files = Files.find(
                state,
                3,
                (path, attributes) -> attributes.isRegularFile()
                        && !PodFiles.NAMES.contains(path.getFileName().toString()))) {
            readable = files.filter(file -> {
                        try {
                            return Files.getPosixFilePermissions(file).size() > 2;
                        } catch (IOException e) {
                            return false;
                        }
                    })
                    .toList();
        }
        assertThat(readable).isEmpty();
        assertThat(Files.readString(state.resolve("containers").resolve(id).resolve("container.json")))
                .contains("s3cr3t");
        assertThat(Files.getPosixFilePermissions(
                        fixture.runtime.containerStatus(id).logPath()))
                .hasSize(2);
        assertThat(fixture.runtime.writableLayerBytes(id)).isBetween(3_000_000L, 3_200_000L);
        assertThat(fixture.runtime.writableLayerBytes("none")).isZero();
    }
}
