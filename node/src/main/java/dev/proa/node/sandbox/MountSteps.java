package dev.proa.node.sandbox;

import dev.proa.node.linux.Descriptors;
import dev.proa.node.linux.FileNodes;
import dev.proa.node.linux.Mounts;
import dev.proa.node.linux.SyscallProgram;
import dev.proa.node.linux.SyscallProgram.Label;
import dev.proa.node.linux.SystemCall;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * The steps that give a container its files.
 *
 * <p>What comes from the host was opened as detached mounts by {@link MountSources} and is attached ({@code move_mount}) after the
 * root has changed: so the paths of the mount points, symbolic links among them, are those of the container and cannot
 * lead out of it, and the host's root is never visible inside.
 *
 * <p>Unless a container is privileged, every mount is {@code nodev} but the single devices of the host that are bound below
 * {@code /dev}. That is why there is no list of allowed devices in a cgroup: a node made with {@code mknod} works nowhere.
 */
final class MountSteps {
    /** Descriptors from this number on are used here and closed by {@link #closeAll}. */
    static final int FIRST_DESCRIPTOR = 15;

    private static final int AT_FDCWD = Descriptors.AT_FDCWD;
    private static final long MOVE_MOUNT_FROM_EMPTY_PATH = 4;
    private static final long CLOSE_ON_EXEC = 4;
    private static final long CLONE_NEWNS = 0x00020000;
    private static final long INERT = Mounts.MS_NOSUID | Mounts.MS_NODEV | Mounts.MS_NOEXEC;
    private static final Map<String, String> DEVICE_LINKS = Map.of(
            "/dev/fd", "/proc/self/fd",
            "/dev/stdin", "/proc/self/fd/0",
            "/dev/stdout", "/proc/self/fd/1",
            "/dev/stderr", "/proc/self/fd/2",
            "/dev/core", "/proc/kcore",
            "/dev/ptmx", "pts/ptmx");

    /** The devices of a container that is not privileged. */
    static final List<String> DEVICES =
            List.of("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty");

    /** What nobody inside may read, unless the pod says otherwise. */
    static final List<String> MASKED = List.of(
            "/proc/asound",
            "/proc/acpi",
            "/proc/kcore",
            "/proc/keys",
            "/proc/latency_stats",
            "/proc/timer_list",
            "/proc/timer_stats",
            "/proc/sched_debug",
            "/proc/scsi",
            "/sys/firmware",
            "/sys/devices/virtual/powercap");

    /** What nobody inside may write, unless the container is privileged. */
    static final List<String> READ_ONLY =
            List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");

    /**
     * A mount from the host.
     *
     * @param source must exist; links are followed
     * @param beneath what of {@code source} is mounted, as {@link dev.proa.node.cri.ContainerConfig.Mount#subPath}
     * @param propagate whether later mounts below {@code source} appear inside
     * @param devices whether device nodes in it work
     */
    record Bind(
            Path source, String beneath, String target, Mounts.ReadOnly readOnly, boolean propagate, boolean devices) {}

    /** A device node, for privileged containers. */
    record Device(String path, int mode, long number) {}

    private final SyscallProgram program;
    private final Set<String> made = new TreeSet<>();

    MountSteps(SyscallProgram program) {
        this.program = program;
    }

    /**
     * A mount namespace of its own that follows the host's unmounts, and in it the container's root at {@code target}.
     *
     * @param layers the lowest first
     */
    void root(List<Path> layers, Path upper, Path work, Path target, boolean devices) {
        program.step("unshare mount namespace", SystemCall.UNSHARE, CLONE_NEWNS);
        program.step(
                "make mounts slaves", SystemCall.MOUNT, 0, program.text("/"), 0, Mounts.MS_REC | Mounts.MS_SLAVE, 0);
        // The options of a mount have to fit into a page, so layers are named relative to where they all lie.
        Path common = parent(layers.getFirst());
        while (!layers.stream().allMatch(common::equals) && !containsAll(common, layers)) {
            common = parent(common);
        }
        StringBuilder options = new StringBuilder("lowerdir=");
        for (Path layer : layers.reversed()) {
            options.append(common.relativize(layer)).append(':');
        }
        options.setLength(options.length() - 1);
        options.append(",upperdir=").append(upper).append(",workdir=").append(work);
        chdir(common.toString());
        mount("overlay", target.toString(), "overlay", devices ? 0 : Mounts.MS_NODEV, options.toString());
    }

    private static boolean containsAll(Path directory, List<Path> paths) {
        return paths.stream().allMatch(path -> path.startsWith(directory));
    }

    private static Path parent(Path path) {
        return Objects.requireNonNull(path.getParent(), "a layer is a directory below the root");
    }

    /** Makes {@code target} the root and lets go of the host's. */
    void pivot(Path target) {
        chdir(target.toString());
        program.step("pivot root", SystemCall.PIVOT_ROOT, text("."), text("."));
        program.step("unmount the host's root", SystemCall.UMOUNT2, text("."), Mounts.MNT_DETACH);
        chdir("/");
    }

    /** Mounts {@code /proc}, {@code /sys} and {@code /dev}; a privileged container may write to the second. */
    void kernelFilesystems(boolean privileged) {
        directories("/proc");
        mount("proc", "/proc", "proc", INERT, "");
        directories("/sys");
        mount("sysfs", "/sys", "sysfs", INERT | (privileged ? 0 : Mounts.MS_RDONLY), "");
        directories("/dev");
        mount(
                "tmpfs",
                "/dev",
                "tmpfs",
                Mounts.MS_NOSUID | Mounts.MS_STRICTATIME | (privileged ? 0 : Mounts.MS_NODEV),
                "mode=755,size=65536k");
        DEVICE_LINKS.forEach((link, destination) ->
                program.step("link " + link, SystemCall.SYMLINKAT, text(destination), AT_FDCWD, text(link)));
        directories("/dev/pts");
        mount(
                "devpts",
                "/dev/pts",
                "devpts",
                Mounts.MS_NOSUID | Mounts.MS_NOEXEC,
                "newinstance,ptmxmode=0666,mode=0620,gid=5");
        directories("/dev/mqueue");
        mount("mqueue", "/dev/mqueue", "mqueue", INERT, "");
    }

    /** The container's own part of the control groups, read-only, at {@code /sys/fs/cgroup}. */
    void unifiedCgroup() {
        mount("cgroup", "/sys/fs/cgroup", "cgroup2", INERT | Mounts.MS_RDONLY, "");
    }

    /**
     * The same on version 1.
     *
     * @param hierarchies controllers that are mounted together, separated by commas
     */
    void cgroupHierarchies(List<String> hierarchies) {
        mount("tmpfs", "/sys/fs/cgroup", "tmpfs", INERT, "mode=755");
        for (String controllers : hierarchies) {
            String target = "/sys/fs/cgroup/" + controllers;
            directories(target);
            mount("cgroup", target, "cgroup", INERT | Mounts.MS_RDONLY, controllers);
            for (String controller : controllers.split(",")) {
                if (!controller.equals(controllers)) {
                    program.step(
                            "link " + controller,
                            SystemCall.SYMLINKAT,
                            text(controllers),
                            AT_FDCWD,
                            text("/sys/fs/cgroup/" + controller));
                }
            }
        }
        mount("tmpfs", "/sys/fs/cgroup", "", Mounts.MS_REMOUNT | Mounts.MS_BIND | INERT | Mounts.MS_RDONLY, "");
    }

    /** Device nodes, for privileged containers. */
    void devices(List<Device> devices) {
        for (Device device : devices) {
            directories(parent(Path.of(device.path())).toString());
            program.step(
                            "make " + device.path(),
                            SystemCall.MKNODAT,
                            AT_FDCWD,
                            text(device.path()),
                            device.mode(),
                            device.number())
                    .ignoringFailure();
        }
    }

    /** Puts what {@link MountSources} opened where it belongs, making mount points as needed. */
    void attach(List<MountSources.Source> sources) {
        for (MountSources.Source source : sources) {
            if (source.directory()) {
                directories(source.target());
            } else {
                directories(parent(Path.of(source.target())).toString());
                file(source.target());
            }
            program.step(
                    "mount " + source.name() + " on " + source.target(),
                    SystemCall.MOVE_MOUNT,
                    source.descriptor(),
                    text(""),
                    AT_FDCWD,
                    text(source.target()),
                    MOVE_MOUNT_FROM_EMPTY_PATH);
        }
    }

    /** Hides files behind {@code /dev/null} and directories behind an empty one. */
    void mask(List<String> paths) {
        for (String path : paths) {
            Label next = new Label();
            program.step("mask " + path, SystemCall.MOUNT, text("/dev/null"), text(path), 0, Mounts.MS_BIND, 0)
                    .then(next)
                    .ignoringFailure();
            // Either it is a directory, or it is not there and this fails too.
            program.step(
                            "mask " + path,
                            SystemCall.MOUNT,
                            text("tmpfs"),
                            text(path),
                            text("tmpfs"),
                            Mounts.MS_RDONLY,
                            text("size=0"))
                    .ignoringFailure();
            program.at(next);
        }
    }

    /** Makes paths read-only; those that are not there are left alone. */
    void makeReadOnly(List<String> paths) {
        for (String path : paths) {
            Label next = new Label();
            program.step("bind " + path, SystemCall.MOUNT, text(path), text(path), 0, Mounts.MS_BIND | Mounts.MS_REC, 0)
                    .ifFailed(next);
            mount("", path, "", Mounts.MS_BIND | Mounts.MS_REMOUNT | Mounts.MS_RDONLY | INERT, "");
            program.at(next);
        }
    }

    /** Makes the root itself read-only; what is mounted in it stays as it is. */
    void makeRootReadOnly(boolean devices) {
        mount("", "/", "", Mounts.MS_BIND | Mounts.MS_REMOUNT | Mounts.MS_RDONLY | (devices ? 0 : Mounts.MS_NODEV), "");
    }

    /** Makes a directory with its parents; what is there stays. */
    void directories(String path) {
        StringBuilder so = new StringBuilder();
        for (Path name : Path.of(path)) {
            String directory = so.append('/').append(name).toString();
            if (made.add(directory)) {
                program.step("make " + directory, SystemCall.MKDIRAT, AT_FDCWD, text(directory), 0755)
                        .ignoringFailure();
            }
        }
    }

    private void file(String path) {
        program.step("make " + path, SystemCall.MKNODAT, AT_FDCWD, text(path), FileNodes.REGULAR_FILE | 0644, 0)
                .ignoringFailure();
    }

    /** Closes all that was opened here. */
    void closeAll() {
        program.step("close descriptors", SystemCall.CLOSE_RANGE, FIRST_DESCRIPTOR, 0xffffffffL, 0);
    }

    /** What is open beyond the standard streams does not survive the execution of the command. */
    void closeAllOnExecution() {
        program.step("close descriptors", SystemCall.CLOSE_RANGE, 3, 0xffffffffL, CLOSE_ON_EXEC);
    }

    private void chdir(String path) {
        program.step("enter " + path, SystemCall.CHDIR, text(path));
    }

    private void mount(String source, String target, String type, long flags, String data) {
        program.step(
                "mount " + (type.isEmpty() ? target : type + " on " + target),
                SystemCall.MOUNT,
                text(source),
                text(target),
                text(type),
                flags,
                data.isEmpty() ? 0 : text(data));
    }

    private long text(String text) {
        return program.text(text);
    }
}
