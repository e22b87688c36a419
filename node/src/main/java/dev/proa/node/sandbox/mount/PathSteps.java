package dev.proa.node.sandbox.mount;

import dev.proa.node.linux.Descriptors;
import dev.proa.node.linux.Directory;
import dev.proa.node.linux.Errno;
import dev.proa.node.linux.SyscallProgram;
import dev.proa.node.linux.SyscallProgram.Label;
import dev.proa.node.linux.SyscallProgram.Step;
import dev.proa.node.linux.SystemCall;
import java.nio.file.Path;
import java.util.Objects;

/**
 * The steps that open paths in a container. Later steps use the descriptor and never resolve the path again.
 *
 * <p>The kernel resolves a path in one step with the container's root as its root ({@code openat2} with {@code
 * RESOLVE_IN_ROOT}), so no link in an image or a volume leads out, even if names are replaced meanwhile. The links of
 * {@code /proc} that lead to open files and to the roots of other processes are refused ({@code
 * RESOLVE_NO_MAGICLINKS}).
 *
 * <p>Descriptors 15 to 31 are temporary, 32 to 63 have the numbers that are named here and in {@link KernelMountSteps}.
 */
public final class PathSteps {
    /** Descriptors from this number on belong to steps; those that have to outlive them have lower numbers. */
    public static final int FIRST_DESCRIPTOR = 15;
    /** The container's root. */
    public static final int ROOT = 32;
    /** The file that was opened last. */
    static final int FOUND = 33;

    private static final long CLOSE_ON_EXECUTION = 4;
    private static final long OPEN_HOW_BYTES = 24;
    private static final long MOVE_BY_DESCRIPTORS = 0x44;
    private static final int DIRECTORY = Descriptors.O_PATH | Descriptors.directoryFlag();
    private static final int CREATE = Descriptors.O_CREAT | Descriptors.O_NONBLOCK;

    private final SyscallProgram program;

    public PathSteps(SyscallProgram program) {
        this.program = program;
    }

    /** Opens the root of this process' mount namespace as {@link #ROOT}. */
    public void openRoot() {
        number(program.step("open /", SystemCall.OPENAT, Descriptors.AT_FDCWD, program.text("/"), DIRECTORY), ROOT);
    }

    /** Opens a directory as {@link #FOUND}, made with its parents when it is missing. */
    public void directory(String path) {
        Label missing = new Label();
        Label found = new Label();
        number(inRoot(path, DIRECTORY, 0).ifError(Errno.ENOENT, missing), FOUND).then(found);
        program.at(missing);
        makeDirectories(path);
        program.at(found);
    }

    /** Opens a directory that must exist as {@link #FOUND}. */
    public void existingDirectory(String path) {
        number(inRoot(path, DIRECTORY, 0), FOUND);
    }

    /** Opens a file of any type as {@link #FOUND}; an empty regular one is made, with its parents, when it is missing. */
    void file(String path) {
        Label missing = new Label();
        Label found = new Label();
        number(inRoot(path, Descriptors.O_PATH, 0).ifError(Errno.ENOENT, missing), FOUND)
                .then(found);
        program.at(missing);
        directory(Objects.requireNonNull(Path.of(path).getParent(), "a file is not the root")
                .toString());
        number(inRoot(path, CREATE, 0644), FOUND);
        program.at(found);
    }

    /** Opens what is at a path without a link as {@link #FOUND}, or goes on at {@code missing}. */
    void existing(String path, Label missing) {
        number(
                open(
                                "open " + path,
                                ROOT,
                                path,
                                Descriptors.O_PATH,
                                Directory.IN_ROOT | Directory.NO_MAGIC_LINKS | Directory.NO_LINKS)
                        .ifError(Errno.ENOENT, missing),
                FOUND);
    }

    /** Puts a detached mount on {@link #FOUND}. */
    void attach(int mount, String what) {
        long here = program.text("");
        program.step(what, SystemCall.MOVE_MOUNT, mount, here, FOUND, here, MOVE_BY_DESCRIPTORS);
    }

    /** Makes {@link #FOUND}, a directory, the current one. */
    public void enterFound(String path) {
        program.step("enter " + path, SystemCall.FCHDIR, FOUND);
    }

    private void makeDirectories(String path) {
        StringBuilder prefix = new StringBuilder();
        for (Path name : Path.of(path)) {
            int parent = prefix.isEmpty() ? ROOT : FOUND;
            String directory = prefix.append('/').append(name).toString();
            Label missing = new Label();
            Label next = new Label();
            number(inRoot(directory, DIRECTORY, 0).ifError(Errno.ENOENT, missing), FOUND)
                    .then(next);
            program.at(missing);
            // A single name in a directory that is open: it is made there, or there is something by that name.
            program.step("make " + directory, SystemCall.MKDIRAT, parent, program.text(name.toString()), 0755);
            number(inRoot(directory, DIRECTORY, 0), FOUND);
            program.at(next);
        }
    }

    private Step inRoot(String path, long flags, long mode) {
        return open("open " + path, ROOT, path, flags, mode, Directory.IN_ROOT | Directory.NO_MAGIC_LINKS);
    }

    public Step open(String what, int directory, String path, long flags, long resolve) {
        return open(what, directory, path, flags, 0, resolve);
    }

    private Step open(String what, int directory, String path, long flags, long mode, long resolve) {
        return program.step(
                what,
                SystemCall.OPENAT2,
                directory,
                program.text(path),
                program.words(flags | Descriptors.O_CLOEXEC, mode, resolve),
                OPEN_HOW_BYTES);
    }

    /**
     * Moves the descriptor that a step opens to a fixed number, since several later steps need it.
     *
     * @return the last step of this, which cannot fail
     */
    Step number(Step opening, int number) {
        opening.into(program.step("number it", SystemCall.DUP3, 0, number, Descriptors.O_CLOEXEC), 0);
        return program.step("close the other", SystemCall.CLOSE_RANGE, FIRST_DESCRIPTOR, ROOT - 1, 0);
    }

    /** Closes all that was opened here. */
    public void closeAll() {
        program.step("close descriptors", SystemCall.CLOSE_RANGE, FIRST_DESCRIPTOR, 0xffffffffL, 0);
    }

    /** Makes all descriptors beyond the standard streams close-on-exec. */
    public void closeAllOnExecution() {
        program.step("close descriptors", SystemCall.CLOSE_RANGE, 3, 0xffffffffL, CLOSE_ON_EXECUTION);
    }
}
