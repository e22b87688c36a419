package dev.proa.node.sandbox.mount;

import dev.proa.node.cri.ContainerConfig;
import dev.proa.node.linux.Descriptors;
import dev.proa.node.linux.Directory;
import dev.proa.node.linux.Errno;
import dev.proa.node.linux.FileNodes;
import dev.proa.node.linux.Mounts;
import dev.proa.node.linux.SyscallProgram;
import dev.proa.node.linux.SyscallProgram.Label;
import dev.proa.node.linux.SyscallProgram.Step;
import dev.proa.node.linux.SystemCall;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The steps that give a container {@code /proc}, {@code /sys} and {@code /dev}, hide parts of them and make others read-only.
 *
 * <p>They work by descriptor on mounts that they made themselves, before any volume is attached, and only on real
 * directories of the image: a link fails the start. The only error that is ignored is "no such file" for a path to be
 * hidden.
 */
public final class KernelMountSteps {
    /** {@code /proc} of a process id namespace that is shared, mounted by whoever made that, as a detached mount. */
    public static final int PROC = 63;

    private static final String EMPTY = "empty";
    /** Where the device nodes are while they are copied, in {@code /dev}. */
    private static final String NODES_NAME = ".nodes";

    private static final int CONTEXT = 40;
    private static final int MOUNT = 41;
    private static final int NODES = 42;
    private static final int SYS = 44;
    private static final int DEV = 45;
    private static final int CGROUPS = 46;

    private static final long READ_ONLY = 1;
    private static final long NO_SUID = 2;
    private static final long NO_DEVICES = 4;
    private static final long NO_EXECUTION = 8;
    private static final long STRICT_ACCESS_TIMES = 0x20;
    private static final long INERT = NO_SUID | NO_DEVICES | NO_EXECUTION;

    private static final long CLOSE_ON_EXECUTION = 1;
    private static final long SET_FLAG = 0;
    private static final long SET_STRING = 1;
    private static final long CREATE = 6;
    private static final long AT_EMPTY_PATH = 0x1000;
    private static final long AT_RECURSIVE = 0x8000;
    private static final long AT_REMOVEDIR = 0x200;
    private static final long OPEN_TREE_CLONE = 1;
    private static final long WITHIN = Directory.BENEATH | Directory.NO_LINKS | Directory.NO_MAGIC_LINKS;
    private static final int DIRECTORY = Descriptors.O_PATH | Descriptors.directoryFlag();

    private static final Map<String, String> LINKS = new TreeMap<>(Map.of(
            "fd", "/proc/self/fd",
            "stdin", "/proc/self/fd/0",
            "stdout", "/proc/self/fd/1",
            "stderr", "/proc/self/fd/2",
            "core", "/proc/kcore",
            "ptmx", "pts/ptmx"));

    /** The devices of a container that is not privileged: major and minor numbers. */
    private static final Map<String, Long> DEVICES = new TreeMap<>(Map.of(
            "null", FileNodes.device(1, 3),
            "zero", FileNodes.device(1, 5),
            "full", FileNodes.device(1, 7),
            "random", FileNodes.device(1, 8),
            "urandom", FileNodes.device(1, 9),
            "tty", FileNodes.device(5, 0)));

    /** Masked paths, unless the pod says otherwise. */
    private static final List<String> MASKED = List.of(
            "/proc/acpi",
            "/proc/asound",
            "/proc/interrupts",
            "/proc/kcore",
            "/proc/keys",
            "/proc/latency_stats",
            "/proc/sched_debug",
            "/proc/scsi",
            "/proc/timer_list",
            "/proc/timer_stats",
            "/sys/devices/virtual/powercap",
            "/sys/firmware");

    /** Read-only paths, unless the container is privileged. */
    private static final List<String> READ_ONLY_PATHS =
            List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");

    /** A device node, for privileged containers. */
    public record Device(String path, int mode, long number) {}

    private final SyscallProgram program;
    private final PathSteps paths;

    public KernelMountSteps(SyscallProgram program, PathSteps paths) {
        this.program = program;
        this.paths = paths;
    }

    /**
     * Creates this container's device nodes on a tmpfs of their own, and bind-mounts single nodes. So changing a node's
     * mode affects nobody else, and nodes that the container creates do not work, since all directories that it can
     * reach are {@code nodev}. {@code null} becomes standard input.
     *
     * @param added devices besides the usual ones
     */
    public void deviceNodes(List<ContainerConfig.Device> added) {
        filesystem("tmpfs", options("mode", "755", "size", "64k"), NO_SUID | NO_EXECUTION, NODES);
        DEVICES.forEach((name, number) -> program.step(
                "make device " + name,
                SystemCall.MKNODAT,
                NODES,
                text(name),
                FileNodes.CHARACTER_DEVICE | 0666,
                number));
        for (int i = 0; i < added.size(); i++) {
            ContainerConfig.Device device = added.get(i);
            long name = text(added(i));
            program.step("make " + device.path(), SystemCall.MKNODAT, NODES, name, device.mode(), device.number());
            program.step("own " + device.path(), SystemCall.FCHOWNAT, NODES, name, device.user(), device.group(), 0);
        }
        program.step("make an empty directory", SystemCall.MKDIRAT, NODES, text(EMPTY), 0555);
        Step open = program.step("open null", SystemCall.OPENAT, NODES, text("null"), Descriptors.O_RDONLY);
        open.into(program.step("use it as standard input", SystemCall.DUP3, 0, 0, 0), 0);
    }

    /** Mounts {@code /proc} of this process' PID namespace as {@link #PROC}, detached. */
    public void mountProc() {
        filesystem("proc", options(), INERT, PROC);
    }

    /** Mounts an empty read-only directory, detached. */
    public void mountNothing(int number) {
        filesystem("tmpfs", options("mode", "555", "size", "4k", "nr_inodes", "1"), INERT | READ_ONLY, number);
    }

    /** Mounts {@code /sys}, detached; read-only unless the container is privileged. */
    public void mountSys(boolean privileged) {
        filesystem("sysfs", options(), INERT | (privileged ? 0 : READ_ONLY), SYS);
    }

    /** Attaches both in the container's root. */
    public void attach() {
        ofImage("proc");
        attach(PROC, "/proc");
        ofImage("sys");
        attach(SYS, "/sys");
    }

    /**
     * Mounts {@code /dev} with its links and devices.
     *
     * @param hostDevices the host's devices, for a privileged container; empty for the default ones
     */
    public void dev(boolean privileged, List<Device> hostDevices) {
        long attributes = NO_SUID | STRICT_ACCESS_TIMES | (privileged ? 0 : NO_DEVICES);
        filesystem("tmpfs", options("mode", "755", "size", "65536k"), attributes, DEV);
        ofImage("dev");
        attach(DEV, "/dev");
        LINKS.forEach((link, target) ->
                program.step("link /dev/" + link, SystemCall.SYMLINKAT, text(target), DEV, text(link)));
        below(DEV, "pts");
        filesystem("devpts", options("ptmxmode", "0666", "mode", "0620", "gid", "5"), NO_SUID | NO_EXECUTION, MOUNT);
        attach(MOUNT, "/dev/pts");
        below(DEV, "mqueue");
        filesystem("mqueue", options(), INERT, MOUNT);
        attach(MOUNT, "/dev/mqueue");
        // Only attached mounts can be cloned.
        below(DEV, NODES_NAME);
        attach(NODES, "/dev/" + NODES_NAME);
        if (hostDevices.isEmpty()) {
            DEVICES.keySet().forEach(this::bindNode);
        } else {
            hostDevices.forEach(this::makeNode);
        }
    }

    /** Puts devices, of which {@link #deviceNodes} has made nodes, on their paths in the container. */
    public void add(List<ContainerConfig.Device> devices) {
        for (int i = 0; i < devices.size(); i++) {
            paths.file(devices.get(i).path());
            copyNode(added(i));
            attach(MOUNT, devices.get(i).path());
        }
    }

    private static String added(int index) {
        return "added-" + index;
    }

    private void bindNode(String name) {
        program.step("make /dev/" + name, SystemCall.MKNODAT, DEV, text(name), FileNodes.REGULAR_FILE | 0666, 0);
        paths.number(paths.open("open /dev/" + name, DEV, name, Descriptors.O_PATH, WITHIN), PathSteps.FOUND);
        copyNode(name);
        attach(MOUNT, "/dev/" + name);
    }

    private void copyNode(String name) {
        paths.number(
                program.step(
                        "copy the mount of " + name,
                        SystemCall.OPEN_TREE,
                        NODES,
                        text(name),
                        OPEN_TREE_CLONE | Descriptors.O_CLOEXEC),
                MOUNT);
    }

    private void makeNode(Device device) {
        Path path = Path.of("/dev").relativize(Path.of(device.path()));
        for (int names = 1; names < path.getNameCount(); names++) {
            Label next = new Label();
            String directory = path.subpath(0, names).toString();
            program.step("make /dev/" + directory, SystemCall.MKDIRAT, DEV, text(directory), 0755)
                    .ifError(Errno.EEXIST, next);
            program.at(next);
        }
        // A device of the host that cannot be created, for example because a link has its name, is left out.
        program.step(
                        "make " + device.path(),
                        SystemCall.MKNODAT,
                        DEV,
                        text(path.toString()),
                        device.mode(),
                        device.number())
                .ignoringFailure();
    }

    /** Mounts the container's own cgroup (v2), read-only. */
    public void unifiedCgroup() {
        within(SYS, "fs/cgroup");
        filesystem("cgroup2", options(), INERT | READ_ONLY, MOUNT);
        attach(MOUNT, "/sys/fs/cgroup");
    }

    /**
     * Mounts the container's own cgroups (v1), read-only.
     *
     * @param hierarchies controllers that are mounted together, separated by commas
     */
    public void cgroupHierarchies(List<String> hierarchies) {
        within(SYS, "fs/cgroup");
        filesystem("tmpfs", options("mode", "755"), INERT, CGROUPS);
        attach(CGROUPS, "/sys/fs/cgroup");
        for (String controllers : hierarchies) {
            below(CGROUPS, controllers);
            context("cgroup");
            for (String controller : controllers.split(",")) {
                program.step("set " + controller, SystemCall.FSCONFIG, CONTEXT, SET_FLAG, text(controller), 0, 0);
                if (!controller.equals(controllers)) {
                    program.step(
                            "link " + controller, SystemCall.SYMLINKAT, text(controllers), CGROUPS, text(controller));
                }
            }
            create("cgroup", INERT | READ_ONLY, MOUNT);
            attach(MOUNT, "/sys/fs/cgroup/" + controllers);
        }
        setAttributes(CGROUPS, 0, READ_ONLY);
    }

    /** Masks files with {@code /dev/null} and directories with an empty one, and makes the usual paths read-only. */
    public void restrict() {
        MASKED.forEach(this::mask);
        READ_ONLY_PATHS.forEach(this::makeReadOnly);
    }

    /** Closes the sources of devices and masks. */
    public void releaseNodes() {
        program.step("unmount the device nodes", SystemCall.UMOUNT2, text("/dev/" + NODES_NAME), Mounts.MNT_DETACH);
        program.step("remove their directory", SystemCall.UNLINKAT, DEV, text(NODES_NAME), AT_REMOVEDIR);
    }

    private void mask(String path) {
        Label next = new Label();
        Label file = new Label();
        Label copied = new Label();
        paths.existing(path, next);
        paths.number(
                paths.open("is " + path + " a directory", PathSteps.FOUND, ".", DIRECTORY, WITHIN)
                        .ifError(Errno.ENOTDIR, file),
                PathSteps.FOUND);
        copyNode(EMPTY);
        setAttributes(MOUNT, 0, READ_ONLY | INERT).then(copied);
        program.at(file);
        copyNode("null");
        program.at(copied);
        attach(MOUNT, path);
        program.at(next);
    }

    private void makeReadOnly(String path) {
        Label next = new Label();
        paths.existing(path, next);
        paths.number(
                program.step(
                        "copy the mount of " + path,
                        SystemCall.OPEN_TREE,
                        PathSteps.FOUND,
                        text(""),
                        AT_EMPTY_PATH | AT_RECURSIVE | OPEN_TREE_CLONE | Descriptors.O_CLOEXEC),
                MOUNT);
        setAttributes(MOUNT, AT_RECURSIVE, READ_ONLY | INERT);
        attach(MOUNT, path);
        program.at(next);
    }

    /** Makes the root mount read-only, without the mounts in it. */
    public void makeRootReadOnly() {
        setAttributes(PathSteps.ROOT, 0, READ_ONLY);
    }

    private Step setAttributes(int mount, long recursive, long attributes) {
        return program.step(
                "restrict a mount",
                SystemCall.MOUNT_SETATTR,
                mount,
                text(""),
                AT_EMPTY_PATH | recursive,
                program.words(attributes, 0, 0, 0),
                32);
    }

    /** Opens a top-level directory of the image, which must not be a link. */
    private void ofImage(String name) {
        Label missing = new Label();
        Label found = new Label();
        paths.number(openOfImage(name).ifError(Errno.ENOENT, missing), PathSteps.FOUND)
                .then(found);
        program.at(missing);
        program.step("make /" + name, SystemCall.MKDIRAT, PathSteps.ROOT, text(name), 0755);
        paths.number(openOfImage(name), PathSteps.FOUND);
        program.at(found);
    }

    private Step openOfImage(String name) {
        return paths.open(
                "open /" + name + " of the image, which has to be a directory and no link",
                PathSteps.ROOT,
                name,
                DIRECTORY,
                WITHIN | Directory.NO_MOUNTS);
    }

    /** Makes a directory in a mount and opens it. */
    private void below(int mount, String name) {
        program.step("make directory " + name, SystemCall.MKDIRAT, mount, text(name), 0755);
        within(mount, name);
    }

    private void within(int mount, String path) {
        paths.number(paths.open("open " + path, mount, path, DIRECTORY, WITHIN), PathSteps.FOUND);
    }

    private void attach(int mount, String path) {
        paths.attach(mount, "mount on " + path);
    }

    private void filesystem(String type, Map<String, String> options, long attributes, int number) {
        context(type);
        options.forEach((key, value) -> program.step(
                "set " + key + " of " + type, SystemCall.FSCONFIG, CONTEXT, SET_STRING, text(key), text(value), 0));
        create(type, attributes, number);
    }

    private void context(String type) {
        paths.number(program.step("open " + type, SystemCall.FSOPEN, text(type), CLOSE_ON_EXECUTION), CONTEXT);
    }

    private void create(String type, long attributes, int number) {
        program.step("create " + type, SystemCall.FSCONFIG, CONTEXT, CREATE, 0, 0, 0);
        paths.number(
                program.step("mount " + type, SystemCall.FSMOUNT, CONTEXT, CLOSE_ON_EXECUTION, attributes), number);
    }

    private static Map<String, String> options(String... keysAndValues) {
        Map<String, String> options = new TreeMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            options.put(keysAndValues[i], keysAndValues[i + 1]);
        }
        return options;
    }

    private long text(String text) {
        return program.text(text);
    }
}
