package dev.proa.node.sandbox.program;

import dev.proa.node.cri.ContainerConfig;
import dev.proa.node.linux.Descriptors;
import dev.proa.node.linux.Namespaces.Kind;
import dev.proa.node.linux.Processes;
import dev.proa.node.linux.SyscallProgram;
import dev.proa.node.linux.SyscallProgram.Label;
import dev.proa.node.linux.SyscallProgram.Step;
import dev.proa.node.linux.SystemCall;
import dev.proa.node.sandbox.mount.KernelMountSteps;
import dev.proa.node.sandbox.mount.MountSources;
import dev.proa.node.sandbox.mount.MountSteps;
import dev.proa.node.sandbox.mount.PathSteps;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Builds the program of a container's shim and, after its {@code clone}, of the container's first process.
 *
 * <p>If the container has a PID namespace of its own, nobody in it can see its first process being set up, and the shim
 * clones it directly. If the PID namespace is shared, or there is a user namespace, the shim clones a helper instead,
 * which shares its memory and suspends it ({@code vfork}). The helper does what needs privileges outside of that
 * namespace, clones the container's first process as a child of the shim ({@code CLONE_PARENT}) and exits.
 *
 * <p>The shim is the parent of that process, so it learns the exit code; it holds the pipes, so no output is lost while
 * nobody reads; and it stays after that process' end until it is killed, so that the rest of the pipes can be read. It
 * has these descriptors, of which those in brackets are closed after the clone:
 *
 * <pre>
 * [3] 4  standard input: reading, writing (4 goes to a process of its own that can be killed to end the input)
 * 5 [6]  standard output: reading, writing
 * 7 [8]  standard error: reading, writing
 * [9]    the report: at its end when the command was executed, else see {@link ExecutionFailures}
 * 10 11  life: reading, writing; at its end once the file "exit" is written
 * 13     the terminal instead of 3 to 8; [14] is its other side, [3] and [4] then say when the other side may be closed
 * [63] {@code /proc} of a shared process id namespace
 * [64 and up]  mounts from the host, see {@link MountSources}
 * </pre>
 */
public final class ContainerProgram {
    public static final int STDIN_READ = 3;
    public static final int STDIN_WRITE = 4;
    public static final int STDOUT_READ = 5;
    public static final int STDOUT_WRITE = 6;
    public static final int STDERR_READ = 7;
    public static final int STDERR_WRITE = 8;
    public static final int REPORT = 9;
    public static final int LIFE_READ = 10;
    public static final int LIFE_WRITE = 11;
    public static final int TERMINAL = 13;
    static final long KEYCTL_JOIN_SESSION_KEYRING = 1;

    private static final int TERMINAL_SLAVE = 14;
    private static final int AT_FDCWD = Descriptors.AT_FDCWD;
    private static final long SIGCHLD = 17;
    private static final long CLONE_VM = 0x100;
    private static final long CLONE_FILES = 0x400;
    private static final long CLONE_VFORK = 0x4000;
    private static final long CLONE_PARENT = 0x8000;
    private static final long PR_SET_NAME = 15;
    private static final long PR_SET_PDEATHSIG = 1;
    private static final long ALL = 0xffffffffL;

    /**
     * The parameters of the program.
     *
     * @param directory the container's state directory
     * @param firstLayer descriptor of the lowest layer, followed by the others; 0 to use their paths
     * @param end one more than the last descriptor that the shim inherits
     * @param memberFiles where the process joins its cgroup
     * @param userNamespace to enter, or null for the host's
     * @param namespaces to enter, by files; they are owned by {@code userNamespace}
     * @param pidNamespace to be born in, or null
     * @param newPidNamespace whether to get a process id namespace of its own
     * @param cgroupHierarchies for version 1; empty for version 2
     * @param devices of the host, which a privileged container sees
     * @param added device nodes besides the usual ones; their owners are users of the host
     * @param unmasked whether nothing of {@code /proc} and {@code /sys} is hidden or made read-only
     * @param stdin whether standard input stays open
     * @param lastCapability the highest the kernel knows
     */
    public record Plan(
            Path directory,
            List<Path> layers,
            int firstLayer,
            int end,
            List<Path> memberFiles,
            @Nullable Path userNamespace,
            Map<Kind, Path> namespaces,
            @Nullable Path pidNamespace,
            boolean newPidNamespace,
            List<String> cgroupHierarchies,
            List<MountSources.Source> binds,
            List<KernelMountSteps.Device> devices,
            List<ContainerConfig.Device> added,
            boolean unmasked,
            boolean privileged,
            boolean readOnlyRoot,
            boolean stdin,
            int oomScoreAdjustment,
            int lastCapability,
            ProcessSpec process) {}

    private final SyscallProgram program = new SyscallProgram();
    private final Plan plan;
    private final GroupSteps groups;
    private final Label child = new Label();
    private final Label command = new Label();
    private final Label stdinKeeper = new Label();
    private final Label shimFailed = new Label();
    private final Label childFailed = new Label();
    private final long pids = program.zeroes(ShimFiles.PID_BYTES);
    private final long exit = program.zeroes(ShimFiles.EXIT_BYTES);

    private ContainerProgram(Plan plan) {
        this.plan = plan;
        groups = new GroupSteps(program, plan.memberFiles());
    }

    public static SyscallProgram of(Plan plan) {
        ContainerProgram it = new ContainerProgram(plan);
        it.shim();
        it.keepStdin();
        it.child();
        return it.program;
    }

    private void shim() {
        program.failure(shimFailed);
        program.step("name", SystemCall.PRCTL, PR_SET_NAME, program.text("proa-shim"));
        closeRange(PathSteps.FIRST_DESCRIPTOR, KernelMountSteps.PROC - 1);
        closeRange(plan.end(), ALL);
        program.step("leave the directory", SystemCall.CHDIR, program.text("/"));
        program.step("clear file mode mask", SystemCall.UMASK, 0);
        program.step("learn pid", SystemCall.GETPID).storing(pids);
        if (plan.stdin() && !terminal()) {
            // Without an exit signal, wait4 ignores this child.
            program.step("clone stdin keeper", SystemCall.CLONE, 0)
                    .storing(pids + 32)
                    .ifZero(stdinKeeper);
        }
        program.step("read the clock", SystemCall.CLOCK_GETTIME, 0, pids + 16);
        if (direct()) {
            groups.clone("clone", Kind.PID.flag() | sharedTable()).ifZero(child).storing(pids + 8);
        } else {
            Step clone = groups.clone("clone helper", CLONE_VM | CLONE_VFORK | sharedTable())
                    .ifZero(child);
            clone.into(program.step("wait for the helper", SystemCall.WAIT4, 0, 0, 0, 0), 0);
        }
        if (terminal()) {
            // Until then both share the descriptor table, so nothing must be opened here.
            program.step("wait for the terminal", SystemCall.READ, STDIN_READ, program.zeroes(8), 1);
            close(STDIN_READ, STDIN_WRITE, TERMINAL_SLAVE);
        } else {
            close(STDIN_READ, STDIN_WRITE, STDOUT_WRITE, STDERR_WRITE);
        }
        write(ShimFiles.PID, pids, ShimFiles.PID_BYTES);
        close(REPORT);
        awaitEnd();
        program.at(shimFailed);
        report();
    }

    /** Whether the shim clones the command's process itself, without a helper in between. */
    private boolean direct() {
        return plan.newPidNamespace() && plan.userNamespace() == null;
    }

    private long sharedTable() {
        return terminal() ? CLONE_FILES : 0;
    }

    private void awaitEnd() {
        program.step("wait", SystemCall.WAIT4, -1, exit, 0, 0);
        program.step("read the clock", SystemCall.CLOCK_GETTIME, 0, exit + 8);
        write(ShimFiles.EXIT + ".new", exit, ShimFiles.EXIT_BYTES);
        program.step(
                "name the exit file",
                SystemCall.RENAMEAT2,
                AT_FDCWD,
                file(ShimFiles.EXIT + ".new"),
                AT_FDCWD,
                file(ShimFiles.EXIT),
                0);
        close(LIFE_WRITE);
        sleepForEver();
    }

    /** Holds the write end of standard input open until it or the shim is killed. */
    private void keepStdin() {
        program.at(stdinKeeper);
        program.step("name", SystemCall.PRCTL, PR_SET_NAME, program.text("proa-stdin"));
        program.step("die with the shim", SystemCall.PRCTL, PR_SET_PDEATHSIG, Processes.SIGKILL);
        closeRange(0, STDIN_WRITE - 1);
        closeRange(STDIN_WRITE + 1, ALL);
        sleepForEver();
    }

    private void child() {
        program.failure(childFailed);
        program.at(child);
        groups.join();
        if (plan.oomScoreAdjustment() != 0) {
            // Lowering the score needs CAP_SYS_RESOURCE, which Proa may lack; the container works without.
            oomScore();
        }
        plan.namespaces().forEach(this::enter);
        Path pidNamespace = plan.pidNamespace();
        if (pidNamespace != null) {
            enter(Kind.PID, pidNamespace);
        }
        prepareFiles();
        if (plan.userNamespace() != null) {
            enterUserNamespace(plan.userNamespace());
        }
        program.step("unshare cgroup namespace", SystemCall.UNSHARE, Kind.CGROUP.flag());
        // The container must not have access to the host user's keys.
        program.step("get a keyring", SystemCall.KEYCTL, KEYCTL_JOIN_SESSION_KEYRING, 0);
        files();
        if (terminal()) {
            TerminalSteps.open(program, plan.process().credentials().user(), TERMINAL_SLAVE, STDIN_WRITE);
        } else {
            streams();
        }
        CredentialSteps rights = new CredentialSteps(program);
        rights.become(plan.process().credentials(), plan.lastCapability());
        if (!plan.newPidNamespace()) {
            becomeVisible();
        }
        command(rights);
    }

    /**
     * In a shared PID namespace, others may trace this process from its creation on, so it is created with the
     * container's root and without any rights beyond the container's.
     */
    private void becomeVisible() {
        program.step("clone", SystemCall.CLONE, SIGCHLD | CLONE_PARENT)
                .ifZero(command)
                .storing(pids + 8);
        program.step("end", SystemCall.EXIT_GROUP, 0);
        program.at(command);
    }

    private void command(CredentialSteps rights) {
        program.step("start a session", SystemCall.SETSID);
        if (terminal()) {
            TerminalSteps.take(program);
        }
        new PathSteps(program).closeAllOnExecution();
        long results = rights.execute(plan.process());
        program.at(childFailed);
        if (terminal()) {
            program.step("let the shim go on", SystemCall.WRITE, STDIN_WRITE, program.zeroes(8), 1)
                    .ignoringFailure();
        }
        reportWith(results, 8 * plan.process().candidates().size());
    }

    /** The steps that need the host root's privileges. */
    private void prepareFiles() {
        PathSteps paths = new PathSteps(program);
        MountSteps mounts = new MountSteps(program, paths);
        mounts.unshare();
        Path upper = plan.directory().resolve("upper");
        Path work = plan.directory().resolve("work");
        Path rootfs = plan.directory().resolve("rootfs");
        if (plan.firstLayer() > 0) {
            mounts.root(plan.firstLayer(), plan.layers().size(), upper, work, rootfs, plan.privileged());
        } else {
            mounts.root(plan.layers(), upper, work, rootfs, plan.privileged());
        }
        new KernelMountSteps(program, paths).deviceNodes(plan.added());
    }

    /** Enters the user namespace; from here on this process has the privileges of the container's root. */
    private void enterUserNamespace(Path userNamespace) {
        enter(Kind.USER, userNamespace);
        new CredentialSteps(program).becomeRoot();
        if (plan.newPidNamespace()) {
            Label inside = new Label();
            program.step("clone", SystemCall.CLONE, SIGCHLD | CLONE_PARENT | Kind.PID.flag() | sharedTable())
                    .ifZero(inside)
                    .storing(pids + 8);
            program.step("end", SystemCall.EXIT_GROUP, 0);
            program.at(inside);
        }
        new MountSteps(program, new PathSteps(program)).unshare();
    }

    private void files() {
        PathSteps paths = new PathSteps(program);
        MountSteps mounts = new MountSteps(program, paths);
        KernelMountSteps kernel = new KernelMountSteps(program, paths);
        if (plan.newPidNamespace() || plan.pidNamespace() == null) {
            kernel.mountProc(); // while the host's /proc is visible, which a user namespace requires
        }
        kernel.mountSys(plan.privileged());
        mounts.enterRoot();
        kernel.attach();
        kernel.dev(plan.privileged(), plan.devices());
        kernel.add(plan.added());
        if (plan.cgroupHierarchies().isEmpty()) {
            kernel.unifiedCgroup();
        } else {
            kernel.cgroupHierarchies(plan.cgroupHierarchies());
        }
        if (!plan.privileged() && !plan.unmasked()) {
            kernel.restrict();
        }
        kernel.releaseNodes();
        mounts.attach(plan.binds());
        String workingDirectory = plan.process().workingDirectory();
        paths.directory(workingDirectory);
        paths.enterFound(workingDirectory);
        if (plan.readOnlyRoot()) {
            kernel.makeRootReadOnly();
        }
        paths.closeAll();
    }

    private void streams() {
        if (plan.stdin()) {
            duplicate(STDIN_READ, 0);
        }
        duplicate(STDOUT_WRITE, 1);
        duplicate(STDERR_WRITE, 2);
    }

    private void oomScore() {
        Label next = new Label();
        Step open = program.step(
                        "open oom score",
                        SystemCall.OPENAT,
                        AT_FDCWD,
                        program.text("/proc/self/oom_score_adj"),
                        Descriptors.O_WRONLY)
                .ifFailed(next);
        String score = Integer.toString(plan.oomScoreAdjustment());
        Step write = program.step("write oom score", SystemCall.WRITE, 0, program.text(score), score.length());
        open.into(write.ignoringFailure(), 0);
        program.at(next);
    }

    private void enter(Kind kind, Path file) {
        Step open = program.step(
                "open " + file, SystemCall.OPENAT, AT_FDCWD, program.text(file.toString()), Descriptors.O_CLOEXEC);
        open.into(program.step("enter " + kind.file() + " namespace", SystemCall.SETNS, 0, kind.flag()), 0);
    }

    private void write(String name, long address, int length) {
        Step open = program.step(
                "create " + name,
                SystemCall.OPENAT,
                AT_FDCWD,
                file(name),
                Descriptors.O_WRONLY | Descriptors.O_CREAT | Descriptors.O_TRUNC,
                0600);
        open.into(program.step("number " + name, SystemCall.DUP3, 0, PathSteps.FIRST_DESCRIPTOR, 0), 0);
        program.step("write " + name, SystemCall.WRITE, PathSteps.FIRST_DESCRIPTOR, address, length);
        closeRange(PathSteps.FIRST_DESCRIPTOR, ALL);
    }

    private long file(String name) {
        return program.text(plan.directory().resolve(name).toString());
    }

    private void duplicate(int from, int to) {
        program.step("use " + from + " as " + to, SystemCall.DUP3, from, to, 0);
    }

    private void closeRange(long first, long last) {
        program.step("close descriptors", SystemCall.CLOSE_RANGE, first, last, 0);
    }

    private void close(int... descriptors) {
        for (int descriptor : descriptors) {
            program.step("close " + descriptor, SystemCall.CLOSE, descriptor).ignoringFailure();
        }
    }

    private void sleepForEver() {
        Label sleep = new Label();
        program.at(sleep);
        program.step("sleep", SystemCall.PPOLL, 0, 0, 0, 0).then(sleep).ifFailed(sleep);
    }

    private void report() {
        program.step("report", SystemCall.WRITE, REPORT, SyscallProgram.ERROR, 16)
                .ignoringFailure();
        program.step("end", SystemCall.EXIT_GROUP, 1);
    }

    private void reportWith(long results, int length) {
        program.step("report", SystemCall.WRITE, REPORT, SyscallProgram.ERROR, 16)
                .ignoringFailure();
        program.step("report", SystemCall.WRITE, REPORT, results, length).ignoringFailure();
        program.step("end", SystemCall.EXIT_GROUP, 127);
    }

    private boolean terminal() {
        return plan.process().terminal();
    }
}
