package dev.proa.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Json;
import dev.proa.api.value.MapValue;
import dev.proa.image.Reference;
import dev.proa.image.build.HostImageBuilder;
import dev.proa.node.linux.Architecture;
import dev.proa.node.linux.SyscallProgram;
import dev.proa.node.linux.SystemCall;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Ways to more rights than a pod was given: calls of the kernel that containers have no use for, and users that become root. */
@Tag("escape")
@ExtendWith(SharedCluster.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EscapePrivilegeTest {
    private static final String IMAGE = "privilege:e2e";
    private static final long NEW_USER = 0x1000_0000;
    private static final String NUMBERS = "1000:x:0:0::/root:/bin/sh\n4711:x:0:0::/:/bin/sh\n";
    private static final String EPERM = "255";
    private static final String ENOSYS = "218";

    private final TestCluster cluster;
    private final String namespace;
    private final Path profiles;
    private String probes = "";

    EscapePrivilegeTest(TestCluster cluster) {
        this.cluster = cluster;
        this.namespace = cluster.newNamespace("privilege");
        String node = cluster.kubectl("get", "nodes", "-o", "jsonpath={.items[0].metadata.name}")
                .ok()
                .text();
        this.profiles = cluster.directory().resolve("nodes").resolve(node).resolve("seccomp");
    }

    /** By number on x86_64 and aarch64, with arguments that a kernel answers without doing anything lasting. */
    private record Probe(int x86, int arm, long... arguments) {
        private byte[] program() {
            SyscallProgram program = new SyscallProgram();
            SyscallProgram.Label failed = new SyscallProgram.Label();
            long number = Architecture.current() == Architecture.X86_64 ? x86 : arm;
            SyscallProgram.Step call = program.step("call", number, arguments).ifFailed(failed);
            program.step("end", SystemCall.EXIT_GROUP, 0);
            program.at(failed);
            // What a shell shows of it is the lowest byte of the negated error number.
            call.into(program.step("end", SystemCall.EXIT_GROUP, 0), 0);
            return program.toExecutable();
        }
    }

    private static Map<String, Probe> calls() {
        Map<String, Probe> calls = new LinkedHashMap<>();
        calls.put("unshare-user", new Probe(272, 97, NEW_USER));
        calls.put("clone-user", new Probe(56, 220, NEW_USER | 17));
        calls.put("clone", new Probe(56, 220, 17));
        calls.put("clone3", new Probe(435, 435, 0, 0));
        calls.put("add-key", new Probe(248, 217, 0, 0, 0, 0, -3));
        calls.put("keyctl", new Probe(250, 219, 0, -4, 0));
        calls.put("bpf", new Probe(321, 280, 0, 0, 0));
        calls.put("io-uring", new Probe(425, 425, 1, 0));
        calls.put("userfaultfd", new Probe(323, 282, 1));
        calls.put("vsock", new Probe(41, 198, 40, 1, 0));
        calls.put("alg", new Probe(41, 198, 38, 5, 0));
        calls.put("inet", new Probe(41, 198, 2, 1, 0));
        calls.put("personality", new Probe(135, 92, 0x40000));
        calls.put("personality-read", new Probe(135, 92, 0xffffffffL));
        calls.put("ptrace-self", new Probe(101, 117, 0));
        calls.put("mount", new Probe(165, 40, 0, 0, 0, 0, 0));
        if (Architecture.current() == Architecture.X86_64) {
            calls.put("getpid-x32", new Probe(0x4000_0000 | 39, 0));
        }
        return calls;
    }

    @BeforeAll
    void buildImages(@TempDir Path directory) throws IOException {
        Path folder = Files.createDirectory(directory.resolve("probes"));
        for (Map.Entry<String, Probe> call : calls().entrySet()) {
            Path file =
                    Files.write(folder.resolve(call.getKey()), call.getValue().program());
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        probes = folder.toString();
        HostImageBuilder image = busybox().copy(folder);
        image.config().command(List.of("sh"));
        image.build(cluster.images(), Reference.parse(IMAGE));
        for (String user : List.of("00", "0000:0", "1000", "4294967296", "99999999999999999999", "toor")) {
            HostImageBuilder named = busybox();
            named.config().user(user).command(List.of("sh"));
            named.build(cluster.images(), Reference.parse(imageOf(user)));
        }
    }

    private static HostImageBuilder busybox() {
        return HostImageBuilder.busybox(Path.of("/bin/busybox"))
                .file(
                        "/etc/passwd",
                        "root:x:0:0::/root:/bin/sh\ntoor:x:0:0::/root:/bin/sh\n" + "alice:x:2000:2000::/:/bin/sh\n"
                                + NUMBERS,
                        0644)
                .file("/etc/group", "root:x:0:\nwheel:x:10:alice\n50:x:0:alice\n", 0644);
    }

    private static String imageOf(String user) {
        return "user-" + user.replace(':', '-') + ":e2e";
    }

    private Run kubectl(String... arguments) {
        return cluster.kubectl(Arguments.in(namespace, arguments)).ok();
    }

    private void create(String manifest) {
        cluster.kubectlWithInput(manifest, "apply", "-n", namespace, "-f", "-").ok();
    }

    /** A pod with a security context of its own and one of its container. */
    private static String pod(String name, String image, String script, String ofPod, String ofContainer) {
        return Manifests.pod(name, script)
                .replace("busybox:e2e\n", image + "\n      securityContext: " + ofContainer + "\n")
                .replace("  restartPolicy", "  securityContext: " + ofPod + "\n  restartPolicy");
    }

    private String outputOf(String name, String image, String script, String ofPod, String ofContainer) {
        create(pod(name, image, script, ofPod, ofContainer));
        Await.until(
                "pod " + name + " has ended",
                () -> kubectl("get", "pod", name, "-o", "jsonpath={.status.phase}")
                        .text(),
                phase -> phase.equals("Succeeded") || phase.equals("Failed"));
        return kubectl("logs", name).out();
    }

    /** Why a pod's container waits: reason and message. */
    private String waiting(String name, String image, String ofPod, String ofContainer) {
        create(pod(name, image, "id", ofPod, ofContainer));
        return Await.until(
                "container of " + name + " is known not to start",
                () -> {
                    MapValue pod = Json.decodeMap(
                            kubectl("get", "pod", name, "-o", "json").out());
                    MapValue state =
                            pod.map("status").list("containerStatuses").map(0).map("state");
                    return state.has("terminated")
                            ? "it ran: " + kubectl("logs", name).text()
                            : state.map("waiting").string("reason") + ": "
                                    + state.map("waiting").string("message");
                },
                text -> text.startsWith("it ran") || text.contains("Error: "));
    }

    private static String localhost(String file) {
        return "{seccompProfile: {type: Localhost, localhostProfile: " + file + "}}";
    }

    private Map<String, String> results(String output) {
        Map<String, String> results = new TreeMap<>();
        output.lines().map(line -> line.split(" ")).forEach(words -> results.put(words[0], words[1]));
        return results;
    }

    private String makeAllCalls() {
        return "for p in " + probes + "/*; do $p; echo ${p##*/} $?; done 2>/dev/null";
    }

    @Test
    void callsThatContainersHaveNoUseForAreRefused() {
        Map<String, String> results = results(outputOf("calls", IMAGE, makeAllCalls(), "{}", "{}"));
        assertThat(results)
                .containsEntry("unshare-user", EPERM)
                .containsEntry("clone-user", EPERM)
                .containsEntry("clone3", ENOSYS)
                .containsEntry("add-key", EPERM)
                .containsEntry("keyctl", EPERM)
                .containsEntry("bpf", EPERM)
                .containsEntry("io-uring", EPERM)
                .containsEntry("userfaultfd", EPERM)
                .containsEntry("vsock", EPERM)
                .containsEntry("alg", EPERM)
                .containsEntry("personality", EPERM)
                .containsEntry("mount", EPERM)
                .containsEntry("clone", "0")
                .containsEntry("inet", "0")
                .containsEntry("personality-read", "0")
                .containsEntry("ptrace-self", "0");
        if (results.containsKey("getpid-x32")) {
            assertThat(results).containsEntry("getpid-x32", ENOSYS);
        }
    }

    @Test
    void noUserNamespaceIsMadeInside() {
        assertThat(outputOf("unshare", IMAGE, "unshare -U true 2>&1 && echo made", "{}", "{}"))
                .contains("Operation not permitted")
                .doesNotContain("made");
        assertThat(outputOf(
                        "unshare-strict",
                        IMAGE,
                        "unshare -U true 2>&1 && echo made",
                        "{runAsUser: 1000}",
                        "{allowPrivilegeEscalation: false}"))
                .contains("Operation not permitted")
                .doesNotContain("made");
    }

    @Test
    void theFilterIsThereUnlessThePodSaysOtherwise() {
        String script = "grep -E '^Seccomp:' /proc/self/status";
        assertThat(outputOf("mode-none", IMAGE, script, "{}", "{}")).isEqualTo("Seccomp:\t2\n");
        assertThat(outputOf("mode-strict", IMAGE, script, "{runAsUser: 1000}", "{allowPrivilegeEscalation: false}"))
                .isEqualTo("Seccomp:\t2\n");
        String unconfined = "{seccompProfile: {type: Unconfined}}";
        String byDefault = "{seccompProfile: {type: RuntimeDefault}}";
        assertThat(outputOf("mode-unconfined", IMAGE, script, unconfined, "{}")).isEqualTo("Seccomp:\t0\n");
        assertThat(outputOf("mode-container", IMAGE, script, unconfined, byDefault))
                .isEqualTo("Seccomp:\t2\n");
        assertThat(outputOf("mode-privileged", IMAGE, script, byDefault, "{privileged: true}"))
                .isEqualTo("Seccomp:\t0\n");
    }

    @Test
    void executedCommandsAreFilteredToo() {
        create(pod("exec", IMAGE, "exec sleep 100000", "{}", "{}"));
        kubectl("wait", "pod/exec", "--for=condition=Ready", "--timeout=60s");
        assertThat(kubectl("exec", "exec", "--", "grep", "-E", "^Seccomp:", "/proc/self/status")
                        .text())
                .isEqualTo("Seccomp:\t2");
        assertThat(results(kubectl("exec", "exec", "--", "sh", "-c", makeAllCalls())
                        .out()))
                .containsEntry("unshare-user", EPERM)
                .containsEntry("keyctl", EPERM);
    }

    @Test
    void capabilitiesBringTheirCallsBack() {
        Map<String, String> results =
                results(outputOf("admin", IMAGE, makeAllCalls(), "{}", "{capabilities: {add: [SYS_ADMIN]}}"));
        assertThat(results).containsEntry("keyctl", EPERM).containsEntry("unshare-user", "0");
        assertThat(results.get("clone3")).isNotEqualTo(ENOSYS);
    }

    @Test
    void profilesOfTheNodeAreKept() throws IOException {
        Files.createDirectories(profiles.resolve("team"));
        Files.writeString(profiles.resolve("team/no-mkdir.json"), """
                {"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_AARCH64"],
                 "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 122}]}
                """);
        assertThat(outputOf(
                        "localhost",
                        IMAGE,
                        "mkdir /tmp/x 2>&1; unshare -U true && echo made",
                        "{}",
                        localhost("team/no-mkdir.json")))
                .contains("mkdir: can't create directory '/tmp/x': Disk quota exceeded", "made");
    }

    @Test
    void profilesThatCannotBeKeptFailThePod() throws IOException {
        Files.createDirectories(profiles);
        Path outside =
                Files.writeString(profiles.resolveSibling("outside.json"), "{\"defaultAction\": \"SCMP_ACT_ALLOW\"}");
        Files.createSymbolicLink(profiles.resolve("link.json"), outside);
        Files.writeString(
                profiles.resolve("notify.json"),
                "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\": [{\"names\": [\"mkdir\"], \"action\": \"SCMP_ACT_NOTIFY\"}]}");
        Files.writeString(profiles.resolve("broken.json"), "{\"defaultAction\": ");
        Files.writeString(
                profiles.resolve("no-exec.json"),
                "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\": [{\"names\": [\"execve\"], \"action\": \"SCMP_ACT_KILL\"}]}");
        assertThat(waiting("absent", IMAGE, "{}", localhost("absent.json")))
                .startsWith("CreateContainerError: ")
                .contains("seccomp profile absent.json", "no such file or directory");
        assertThat(waiting("link", IMAGE, "{}", localhost("link.json")))
                .startsWith("CreateContainerError: ")
                .contains("seccomp profile link.json");
        assertThat(waiting("notify", IMAGE, localhost("notify.json"), "{}"))
                .startsWith("CreateContainerError: ")
                .contains("seccomp profile notify.json", "SCMP_ACT_NOTIFY");
        assertThat(waiting("broken", IMAGE, localhost("broken.json"), "{}"))
                .startsWith("CreateContainerError: ")
                .contains("seccomp profile broken.json");
        create(pod("no-exec", IMAGE, "id", localhost("no-exec.json"), "{}"));
        Await.until(
                "the launcher's own calls were found to be refused",
                () -> kubectl("get", "pod", "no-exec", "-o", "jsonpath={.status.containerStatuses[0].state}")
                        .text(),
                state -> state.contains("execve") && state.contains("no-exec.json"));
    }

    @Test
    void noNumberOfAnImageBecomesRoot() {
        String nonRoot = "{runAsNonRoot: true}";
        for (String user : List.of("00", "0000:0")) {
            assertThat(waiting("root-" + user.length(), imageOf(user), nonRoot, "{}"))
                    .startsWith("CreateContainerConfigError: container has runAsNonRoot and image will run as root");
        }
        assertThat(waiting("wraps", imageOf("4294967296"), nonRoot, "{}"))
                .isEqualTo("CreateContainerError: uids and gids must be in range 0-2147483647: 4294967296");
        assertThat(waiting("wraps-anyway", imageOf("4294967296"), "{}", "{}"))
                .isEqualTo("CreateContainerError: uids and gids must be in range 0-2147483647: 4294967296");
        assertThat(waiting("huge", imageOf("99999999999999999999"), "{}", "{}"))
                .isEqualTo("CreateContainerError: uids and gids must be in range 0-2147483647: 99999999999999999999");
        assertThat(waiting("toor", imageOf("toor"), nonRoot, "{}"))
                .startsWith("CreateContainerConfigError: container has runAsNonRoot and image has non-numeric user "
                        + "(toor), cannot verify user is non-root");
        // The image's passwd has a user named 1000 whose number is 0.
        assertThat(outputOf("number", imageOf("1000"), "id -u", nonRoot, "{}")).isEqualTo("1000\n");
        assertThat(outputOf("number-of-pod", IMAGE, "id -u", "{runAsUser: 4711, runAsNonRoot: true}", "{}"))
                .isEqualTo("4711\n");
    }

    @Test
    void groupsOfTheImageAreLeftOutWhenThePolicyIsStrict() {
        String ids = "runAsUser: 2000, runAsGroup: 3000, supplementalGroups: [4000]";
        assertThat(outputOf("merge", IMAGE, "id -G", "{" + ids + "}", "{}")).isEqualTo("3000 0 10 4000\n");
        assertThat(outputOf("strict", IMAGE, "id -G", "{" + ids + ", supplementalGroupsPolicy: Strict}", "{}"))
                .isEqualTo("3000 4000\n");
        assertThat(kubectl("get", "pod", "strict", "-o", "jsonpath={.status.containerStatuses[0].user.linux}")
                        .text())
                .isEqualTo("{\"gid\":3000,\"supplementalGroups\":[3000,4000],\"uid\":2000}");
        assertThat(cluster.kubectl(
                                "get", "nodes", "-o", "jsonpath={.items[0].status.features.supplementalGroupsPolicy}")
                        .ok()
                        .text())
                .isEqualTo("true");
    }
}
