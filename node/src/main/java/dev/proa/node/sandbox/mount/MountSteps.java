package dev.proa.node.sandbox.mount;

import dev.proa.node.linux.Descriptors;
import dev.proa.node.linux.Mounts;
import dev.proa.node.linux.SyscallProgram;
import dev.proa.node.linux.SystemCall;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The steps that mount a container's root and its volumes from the host.
 *
 * <p>{@link MountSources} has opened volumes as detached mounts; they are attached ({@code move_mount}) after the root
 * has changed, to mount points that {@link PathSteps} opened in the container. So no path is resolved twice, no link
 * can lead out, and the host's root is never visible inside.
 */
public final class MountSteps {
    private static final long MOVE_FROM_DESCRIPTOR = 4;
    private static final long OPEN_TREE_CLONE = 1;
    private static final long CLONE_NEWNS = 0x00020000;

    /**
     * A mount from the host.
     *
     * @param source must exist; links are followed
     * @param beneath the part of {@code source} that is mounted, as {@link
     *     dev.proa.node.cri.ContainerConfig.Mount#subPath}
     * @param propagate whether later mounts below {@code source} appear inside
     * @param devices whether device nodes in it work
     * @param layers of an image that is mounted instead of {@code source}, which then only names it; empty when none is
     */
    public record Bind(
            Path source,
            String beneath,
            String target,
            Mounts.ReadOnly readOnly,
            boolean propagate,
            boolean devices,
            List<Path> layers) {

        public Bind(
                Path source,
                String beneath,
                String target,
                Mounts.ReadOnly readOnly,
                boolean propagate,
                boolean devices) {
            this(source, beneath, target, readOnly, propagate, devices, List.of());
        }
    }

    private final SyscallProgram program;
    private final PathSteps paths;

    public MountSteps(SyscallProgram program, PathSteps paths) {
        this.program = program;
        this.paths = paths;
    }

    /** Unshares the mount namespace, as a slave of the host's, so that unmounts propagate. */
    public void unshare() {
        program.step("unshare mount namespace", SystemCall.UNSHARE, CLONE_NEWNS);
        program.step("make mounts slaves", SystemCall.MOUNT, 0, text("/"), 0, Mounts.MS_REC | Mounts.MS_SLAVE, 0);
    }

    /**
     * Makes the container's root, an overlay mount, and opens it as {@link PathSteps#ROOT}.
     *
     * @param layers the lowest first
     * @param target where it is mounted at first
     */
    public void root(List<Path> layers, Path upper, Path work, Path target, boolean devices) {
        // Mount options must fit into a page, so layers are named relative to their common directory.
        Path common = parent(layers.getFirst());
        while (!containsAll(common, layers)) {
            common = parent(common);
        }
        Path all = common;
        chdir(all.toString());
        overlay(layers.stream().map(all::relativize).toList(), upper, work, target, devices);
    }

    /**
     * As {@link #root}, for layers that are detached mounts.
     *
     * @param first descriptor of the lowest; those of the others follow
     */
    public void root(int first, int count, Path upper, Path work, Path target, boolean devices) {
        // Overlay mounts need paths, so the layers are attached in a directory that nobody else sees.
        mount("tmpfs", target, "tmpfs", Mounts.MS_NODEV | Mounts.MS_NOSUID | Mounts.MS_NOEXEC, "mode=700,size=64k");
        chdir(target.toString());
        for (int i = 0; i < count; i++) {
            String name = Integer.toString(i);
            program.step("make directory " + i, SystemCall.MKDIRAT, Descriptors.AT_FDCWD, text(name), 0700);
            program.step(
                    "attach layer " + i,
                    SystemCall.MOVE_MOUNT,
                    first + i,
                    text(""),
                    Descriptors.AT_FDCWD,
                    text(name),
                    MOVE_FROM_DESCRIPTOR);
        }
        List<Path> layers = IntStream.range(0, count)
                .mapToObj(i -> Path.of(Integer.toString(i)))
                .toList();
        overlay(layers, upper, work, target, devices);
    }

    private void overlay(List<Path> layers, Path upper, Path work, Path target, boolean devices) {
        String lower = layers.reversed().stream().map(Path::toString).collect(Collectors.joining(":"));
        String options = "lowerdir=" + lower + ",upperdir=" + upper + ",workdir=" + work;
        mount("overlay", target, "overlay", devices ? 0 : Mounts.MS_NODEV, options);
        paths.number(
                program.step(
                        "open the root",
                        SystemCall.OPEN_TREE,
                        Descriptors.AT_FDCWD,
                        text(target.toString()),
                        OPEN_TREE_CLONE | Descriptors.O_CLOEXEC),
                PathSteps.ROOT);
    }

    private static boolean containsAll(Path directory, List<Path> paths) {
        return paths.stream().allMatch(path -> path.startsWith(directory) && !path.equals(directory));
    }

    private static Path parent(Path path) {
        return Objects.requireNonNull(path.getParent(), "a layer is a directory below the root");
    }

    /** Makes {@link PathSteps#ROOT} the root ({@code pivot_root}) and detaches the host's. */
    public void enterRoot() {
        program.step(
                "mount the root on /",
                SystemCall.MOVE_MOUNT,
                PathSteps.ROOT,
                text(""),
                Descriptors.AT_FDCWD,
                text("/"),
                MOVE_FROM_DESCRIPTOR);
        program.step("enter the root", SystemCall.FCHDIR, PathSteps.ROOT);
        program.step("pivot root", SystemCall.PIVOT_ROOT, text("."), text("."));
        program.step("unmount the host's root", SystemCall.UMOUNT2, text("."), Mounts.MNT_DETACH);
        chdir("/");
    }

    /** Attaches the sources, creating mount points as needed. */
    public void attach(List<MountSources.Source> sources) {
        for (MountSources.Source source : sources) {
            if (source.directory()) {
                paths.directory(source.target());
            } else {
                paths.file(source.target());
            }
            paths.attach(source.descriptor(), "mount " + source.name() + " on " + source.target());
        }
    }

    private void mount(String source, Path target, String type, long flags, String options) {
        program.step(
                "mount " + type + " on " + target,
                SystemCall.MOUNT,
                text(source),
                text(target.toString()),
                text(type),
                flags,
                text(options));
    }

    private void chdir(String path) {
        program.step("enter " + path, SystemCall.CHDIR, text(path));
    }

    private long text(String text) {
        return program.text(text);
    }
}
