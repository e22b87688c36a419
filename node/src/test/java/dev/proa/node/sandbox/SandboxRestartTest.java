package dev.proa.node.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.node.cri.Conditions;
import dev.proa.node.cri.Configs;
import dev.proa.node.cri.ContainerRuntime.Resources;
import dev.proa.node.cri.ContainerStatus.State;
import dev.proa.node.cri.PodSandboxConfig;
import dev.proa.node.cri.PodSandboxStatus;
import dev.proa.node.linux.Cgroup;
import dev.proa.node.linux.CgroupTree;
import dev.proa.node.linux.Mounts;
import dev.proa.node.linux.Processes;
import dev.proa.node.sandbox.program.ShimFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The state of containers after a reboot of the machine or a restart of their runtime. */
class SandboxRestartTest extends SandboxTests {
    /** What the end of a machine does: no process goes on, nothing stays mounted; files stay. */
    private void restartMachine(String sandbox, String container) throws IOException {
        ShimFiles.Started started = Objects.requireNonNull(
                ShimFiles.started(fixture.state.resolve("state/containers").resolve(container)));
        fixture.runtime.close();
        Processes.signal(started.shim(), Processes.SIGKILL);
        Processes.reap(started.shim());
        Conditions.await(
                "the container's end",
                () -> Processes.commandLine(started.command()).isEmpty());
        for (Path mount : Mounts.below(fixture.state)) {
            Mounts.unmount(mount, Mounts.MNT_DETACH);
        }
        Files.writeString(
                fixture.state.resolve("state/sandboxes").resolve(sandbox).resolve("boot"), "an earlier one");
        fixture.runtime = SandboxFixture.open(fixture.state, fixture.cgroup, fixture.network, false);
    }

    @Test
    void theMachineMayGoDownWithIt() throws Exception {
        String sandbox = sandbox("web");
        String id = started(sandbox, new ConfigBuilder("echo here; sleep 1000").build());
        Conditions.await("its output", () -> logs.resolve("main/0.log").toFile().length() > 0);
        restartMachine(sandbox, id);

        assertThat(fixture.runtime.podSandboxStatus(sandbox).ready()).isFalse();
        State.Exited exited = ended(id);
        assertThat(exited.exitCode()).isEqualTo(255);
        assertThat(exited.reason()).isEqualTo("Unknown");
        fixture.reopen();
        assertThat(ended(id)).as("found out once").isEqualTo(exited);

        fixture.runtime.stopPodSandbox(sandbox);
        String next = started(sandbox("web"), new ConfigBuilder("echo again").build());
        assertThat(ended(next).exitCode()).isZero();
        fixture.runtime.removePodSandbox(sandbox);
        assertThat(fixture.runtime.listPodSandboxes()).hasSize(1);
        assertThat(fixture.state.resolve("state/sandboxes").resolve(sandbox)).doesNotExist();
        assertThat(fixture.state.resolve("state/containers").resolve(id)).doesNotExist();
    }

    @Test
    void whyItEndedIsKnownWhenItsControlGroupIsGone() throws Exception {
        String sandbox = sandbox("web");
        String id = started(
                sandbox,
                new ConfigBuilder("a=x; while :; do a=$a$a; done")
                        .resources(new Resources(0, 0, 0, 16 << 20, Map.of()))
                        .build());
        State.Exited exited = ended(id);
        assertThat(exited.reason()).isEqualTo("OOMKilled");
        fixture.runtime.stopPodSandbox(sandbox);
        fixture.reopen();

        assertThat(ended(id)).isEqualTo(exited);
    }

    @Test
    void aRemovalThatWasCutShortIsFinished() throws Exception {
        String sandbox = sandbox("web");
        Path directory = fixture.state.resolve("state/sandboxes").resolve(sandbox);
        fixture.runtime.stopPodSandbox(sandbox);
        Files.delete(directory.resolve("sandbox.json"));
        Files.delete(directory.resolve("stopped"));
        fixture.reopen();

        assertThat(fixture.runtime.listPodSandboxes()).isEmpty();
        assertThat(directory).doesNotExist();
    }

    /** Makes a container's control group what it was before there was one below it for its processes. */
    private Cgroup flatten(String sandbox, String container) throws IOException {
        Cgroup group = CgroupTree.detect()
                .orElseThrow()
                .group(fixture.cgroup + "/pod-" + sandbox.substring(0, 16))
                .child(container);
        Path delegated = group.memberFiles().getFirst().resolveSibling("cgroup.subtree_control");
        if (Files.exists(delegated)) {
            Files.writeString(delegated, "-cpu -memory -pids");
        }
        for (long pid : group.nested().members()) {
            for (Path file : group.memberFiles()) {
                Files.writeString(file.resolveSibling("cgroup.procs"), Long.toString(pid));
            }
        }
        for (Path file : group.nested().memberFiles()) {
            if (file.getParent().endsWith("processes")) {
                Files.delete(file.getParent());
            }
        }
        return group;
    }

    @Test
    void aContainerOfAnEarlierVersionGoesOnInItsControlGroup() throws Exception {
        String sandbox = sandbox("web");
        String id = started(sandbox, new ConfigBuilder("exec sleep 1000").build());
        Cgroup group = flatten(sandbox, id);
        fixture.reopen();

        assertThat(fixture.runtime
                        .execSync(id, List.of("echo", "here"), Duration.ofSeconds(60))
                        .stdout())
                .asString()
                .isEqualTo("here\n");
        fixture.runtime.updateContainerResources(id, new Resources(0, 0, 0, 64 << 20, Map.of()));
        assertThat(group.members()).hasSize(1);
        fixture.runtime.stopContainer(id, Duration.ZERO);
        fixture.runtime.removeContainer(id);
        assertThat(group.memberFiles().getFirst().getParent()).doesNotExist();
    }

    @Test
    void aSharedProcessNamespaceWhoseFirstProcessHasTheHostsRootIsUsedNoLonger() throws Exception {
        PodSandboxConfig plain = Configs.sandbox("web", logs);
        String sandbox = fixture.runtime.runPodSandbox(new PodSandboxConfig(
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
                Map.of(),
                Resources.UNLIMITED));
        fixture.reopen();
        assertThat(fixture.runtime.podSandboxStatus(sandbox).ready()).isTrue();

        Path proc = fixture.state.resolve("state/sandboxes").resolve(sandbox).resolve("proc");
        Mounts.unmountAll(proc);
        Files.delete(proc);
        fixture.reopen();

        assertThat(fixture.runtime.podSandboxStatus(sandbox).ready()).isFalse();
    }

    @Test
    void itsFilesAreForNobodyElse() throws Exception {
        for (String directory : new String[] {"state", "state/sandboxes", "state/containers"}) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(fixture.state.resolve(directory))))
                    .as(directory)
                    .isEqualTo("rwx------");
        }
    }

    @Test
    void oneThatIsNotUnderstoodStopsNoOther() throws IOException {
        String good = fixture.runtime.runPodSandbox(Configs.sandbox("good", logs));
        String bad = fixture.runtime.runPodSandbox(Configs.sandbox("bad", logs));
        Path record = fixture.state.resolve("state/sandboxes").resolve(bad).resolve("sandbox.json");
        byte[] before = Files.readAllBytes(record);
        Files.writeString(record, "{\"id\": 1");

        fixture.reopen();

        assertThat(fixture.runtime.listPodSandboxes())
                .extracting(PodSandboxStatus::id)
                .containsExactly(good);
        Files.write(record, before);
        fixture.reopen();
    }
}
