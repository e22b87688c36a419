package dev.proa.node.sandbox.program;

import dev.proa.node.linux.Descriptors;
import dev.proa.node.linux.Directory;
import dev.proa.node.linux.SyscallProgram;
import dev.proa.node.linux.SyscallProgram.Step;
import dev.proa.node.linux.SystemCall;
import dev.proa.node.linux.Terminals;
import dev.proa.node.sandbox.mount.PathSteps;

/**
 * The steps that open a terminal in a container, for a process and its parent.
 *
 * <p>A terminal is made in the container's own {@code /dev/pts}, which only the child sees. The child shares its
 * descriptor table with its parent, so the parent gets what it opens; then it unshares the table and lets the parent
 * continue, which closes its copy of the slave. Otherwise a reader of the master would not see the end when the last
 * process with the slave is gone.
 */
final class TerminalSteps {
    private static final int AT_EMPTY_PATH = 0x1000;
    private static final long CLONE_FILES = 0x400;
    private static final int FLAGS = Descriptors.O_RDWR | Terminals.O_NOCTTY;

    private TerminalSteps() {}

    /**
     * Opens a terminal as {@link ContainerProgram#TERMINAL} and makes it the standard streams.
     *
     * @param user who may open it by its path
     * @param slave number for its other side
     * @param go a byte written here lets the parent go on
     */
    static void open(SyscallProgram program, long user, int slave, int go) {
        int master = ContainerProgram.TERMINAL;
        Step open = new PathSteps(program)
                .open(
                        "open terminal",
                        Descriptors.AT_FDCWD,
                        "/dev/pts/ptmx",
                        FLAGS,
                        Directory.NO_LINKS | Directory.NO_MAGIC_LINKS);
        open.into(program.step("number terminal", SystemCall.DUP3, 0, master, Descriptors.O_CLOEXEC), 0);
        program.step("unlock terminal", SystemCall.IOCTL, master, Terminals.TIOCSPTLCK, program.zeroes(8));
        Step peer = program.step("open terminal's other side", SystemCall.IOCTL, master, Terminals.TIOCGPTPEER, FLAGS);
        peer.into(program.step("number it", SystemCall.DUP3, 0, slave, Descriptors.O_CLOEXEC), 0);
        program.step(
                "give terminal to the user", SystemCall.FCHOWNAT, slave, program.text(""), user, -1, AT_EMPTY_PATH);
        program.step("close descriptors", SystemCall.CLOSE_RANGE, PathSteps.FIRST_DESCRIPTOR, 0xffffffffL, 0);
        program.step("unshare descriptors", SystemCall.UNSHARE, CLONE_FILES);
        program.step("let the parent go on", SystemCall.WRITE, go, program.zeroes(8), 1);
        for (int standard = 0; standard < 3; standard++) {
            program.step("use terminal as " + standard, SystemCall.DUP3, slave, standard, 0);
        }
    }

    /** Makes standard input the controlling terminal of this process, which leads a session. */
    static void take(SyscallProgram program) {
        program.step("take the terminal", SystemCall.IOCTL, 0, Terminals.TIOCSCTTY, 0);
    }
}
