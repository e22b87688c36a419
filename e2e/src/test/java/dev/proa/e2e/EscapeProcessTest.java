package dev.proa.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.image.Reference;
import dev.proa.image.build.HostImageBuilder;
import dev.proa.node.linux.Descriptors;
import dev.proa.node.linux.SyscallProgram;
import dev.proa.node.linux.SyscallProgram.Label;
import dev.proa.node.linux.SyscallProgram.Step;
import dev.proa.node.linux.SystemCall;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Ways out through the processes by which a container and its commands are started, its control groups and its keys: as
 * CVE-2019-5736 and CVE-2022-0492. "The host" is a directory of the test's own.
 */
@Tag("escape")
@ExtendWith(SharedCluster.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EscapeProcessTest {
    private static final String IMAGE = "processes:e2e";
    private static final long NEW_NAMESPACES = 0x1000_0000 | 0x0002_0000 | 0x0200_0000; // user, mount, cgroup
    private static final int COMMANDS = 12;
    private static final String UNCONFINED = "seccompProfile: {type: Unconfined}";

    private final TestCluster cluster;
    private final String namespace;
    private final Path host;

    EscapeProcessTest(TestCluster cluster) throws IOException {
        this.cluster = cluster;
        this.namespace = cluster.newNamespace("escape-process");
        this.host = Files.createTempDirectory("proa-e2e-host");
    }

    @BeforeAll
    void buildImage() throws IOException {
        Path folder = Files.createTempDirectory("proa-e2e-programs");
        Map<String, SyscallProgram> programs =
                Map.of("follow-roots", followRoots(), "lift-limit", liftLimit(), "session-keyring", sessionKeyring());
        for (Map.Entry<String, SyscallProgram> program : programs.entrySet()) {
            Path file = Files.write(
                    folder.resolve(program.getKey()), program.getValue().toExecutable());
            assertThat(file.toFile().setExecutable(true)).isTrue();
        }
        HostImageBuilder.busybox(Path.of("/bin/busybox"))
                .copy(folder)
                .link("/programs", folder.toString())
                .build(cluster.images(), Reference.parse(IMAGE));
        Directories.delete(folder);
    }

    @AfterAll
    void removeHost() throws IOException {
        cluster.kubectl(Arguments.in(namespace, "delete", "pods", "--all", "--grace-period=1", "--timeout=60s"));
        Directories.delete(host);
    }

    private Run kubectl(String... arguments) {
        return cluster.kubectl(Arguments.in(namespace, arguments));
    }

    private void run(String pod, String command, String ofPod, String ofContainer) {
        String manifest = """
                apiVersion: v1
                kind: Pod
                metadata: {name: %s}
                spec:
                  terminationGracePeriodSeconds: 1
                %s
                  containers:
                    - name: main
                      image: "processes:e2e"
                      command: [sh, -c, %s]
                %s
                """.formatted(pod, ofPod.indent(2), Manifests.quote(command), ofContainer.indent(6));
        cluster.kubectlWithInput(manifest, "apply", "-n", namespace, "-f", "-").ok();
        kubectl("wait", "pod/" + pod, "--for=condition=Ready", "--timeout=60s").ok();
    }

    /** Makes a file through the root of each of the processes 2 to 60 that it can look into, for ever. */
    private SyscallProgram followRoots() {
        SyscallProgram program = new SyscallProgram();
        Label again = new Label();
        program.at(again);
        for (int process = 2; process <= 60; process++) {
            String path = "/proc/" + process + "/root" + host + "/escaped";
            program.step(
                            "make a file",
                            SystemCall.OPENAT,
                            Descriptors.AT_FDCWD,
                            program.text(path),
                            Descriptors.O_WRONLY | Descriptors.O_CREAT,
                            0644)
                    .ignoringFailure();
        }
        program.step("again", SystemCall.GETPID).then(again);
        return program;
    }

    /** Mounts the memory controller in namespaces of its own and lifts the limit of the group that it finds there. */
    private static SyscallProgram liftLimit() {
        SyscallProgram program = new SyscallProgram();
        Label failed = new Label();
        program.failure(failed);
        program.step("unshare", SystemCall.UNSHARE, NEW_NAMESPACES);
        program.step("make a directory", SystemCall.MKDIRAT, Descriptors.AT_FDCWD, program.text("/tmp/groups"), 0755)
                .ignoringFailure();
        program.step(
                "mount",
                SystemCall.MOUNT,
                program.text("cgroup"),
                program.text("/tmp/groups"),
                program.text("cgroup"),
                0,
                program.text("memory"));
        Step open = program.step(
                "open",
                SystemCall.OPENAT,
                Descriptors.AT_FDCWD,
                program.text("/tmp/groups/memory.limit_in_bytes"),
                Descriptors.O_WRONLY);
        open.into(program.step("write", SystemCall.WRITE, 0, program.text("-1"), 2), 0);
        program.step("end", SystemCall.EXIT_GROUP, 0);
        program.at(failed);
        program.step("end", SystemCall.EXIT_GROUP, 1);
        return program;
    }

    /** Writes the number of its session keyring, eight bytes. */
    private static SyscallProgram sessionKeyring() {
        SyscallProgram program = new SyscallProgram();
        long number = program.zeroes(8);
        program.step("get keyring", SystemCall.KEYCTL, 0, -3, 0).storing(number);
        program.step("write", SystemCall.WRITE, 1, number, 8);
        program.step("end", SystemCall.EXIT_GROUP, 0);
        return program;
    }

    @Test
    void commandsAreSeenOnlyOnceTheyAreInside() {
        for (String sharing : List.of("false", "true")) {
            String pod = "trace-" + sharing;
            run(
                    pod,
                    "/programs/follow-roots & while :; do wait; done",
                    "shareProcessNamespace: " + sharing,
                    "securityContext: {capabilities: {add: [SYS_PTRACE]}}");
            for (int i = 0; i < COMMANDS && !Files.exists(host.resolve("escaped")); i++) {
                kubectl("exec", pod, "--", "true").ok();
            }

            assertThat(host).isEmptyDirectory();
            kubectl("delete", "pod", pod, "--timeout=60s").ok();
        }
    }

    @Test
    void theRuntimesProgramsCannotBeChanged() throws IOException {
        run("programs", "exec sleep 100000", "", "");
        List<Long> runtime = ProcessHandle.allProcesses()
                .filter(process -> process.info().command().orElse("").contains("memfd:proa-"))
                .map(ProcessHandle::pid)
                .toList();
        assertThat(runtime).isNotEmpty();
        for (long process : runtime) {
            // Writing the same byte again would do no harm if it could be done.
            Path program = Path.of("/proc/" + process + "/exe");
            assertThat(program)
                    .satisfies(path -> org.assertj.core.api.Assertions.assertThatThrownBy(
                                    () -> Files.write(path, new byte[] {0x7f}, java.nio.file.StandardOpenOption.WRITE))
                            .isInstanceOf(IOException.class));
        }
    }

    /** The container's first process as the host sees it. */
    private long process(String marker) throws IOException {
        try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
            return all.filter(process -> cmdline(process.pid()).equals("sleep\0" + marker + "\0"))
                    .findFirst()
                    .orElseThrow()
                    .pid();
        }
    }

    private static String cmdline(long process) {
        try {
            return Files.readString(Path.of("/proc/" + process + "/cmdline"));
        } catch (IOException e) {
            return "";
        }
    }

    @Test
    void limitsStay() throws IOException {
        run(
                "limits",
                "/programs/lift-limit; echo $?; exec sleep 471100",
                "",
                "resources: {limits: {memory: 32Mi}}\nsecurityContext: {" + UNCONFINED + "}");
        long process = process("471100");
        Map<String, String> groups = new java.util.TreeMap<>();
        for (String line : Files.readAllLines(Path.of("/proc/" + process + "/cgroup"))) {
            String[] fields = line.split(":", 3);
            groups.put(fields[1], fields[2]);
        }
        String pods = groups.get("pids") == null ? groups.get("") : groups.get("pids");

        assertThat(groups.values()).allMatch(group -> group.contains("/pod-"));
        if (groups.containsKey("memory")) {
            List<String> statistics =
                    Files.readAllLines(Path.of("/sys/fs/cgroup/memory" + groups.get("memory") + "/memory.stat"));
            assertThat(statistics).contains("hierarchical_memory_limit " + (32 << 20));
            Path pod = Path.of("/sys/fs/cgroup/pids" + pods.replaceFirst("(/pod-[^/]*).*", "$1"), "pids.max");
            assertThat(pod).hasContent("4096");
        }
        assertThat(kubectl("exec", "limits", "--", "sh", "-c", "cut -d: -f3 /proc/self/cgroup | sort -u")
                        .ok()
                        .text())
                .isEqualTo("/");
    }

    @Test
    void keysOfTheHostAreNotItsOwn() throws IOException {
        run("keys", "exec sleep 100000", "", "securityContext: {" + UNCONFINED + "}");
        Path own = Files.write(
                Files.createTempFile("proa-e2e", ".program"), sessionKeyring().toExecutable());
        try {
            assertThat(own.toFile().setExecutable(true)).isTrue();
            String read = "| od -An -td8 | tr -d ' \\n'";
            String ofHost =
                    Run.of(List.of("sh", "-c", own + read), Map.of(), "").ok().text();
            String first = kubectl("exec", "keys", "--", "sh", "-c", "/programs/session-keyring" + read)
                    .ok()
                    .text();

            assertThat(Long.parseLong(first)).isPositive();
            assertThat(first).isNotEqualTo(ofHost);
        } finally {
            Files.delete(own);
        }
    }
}
