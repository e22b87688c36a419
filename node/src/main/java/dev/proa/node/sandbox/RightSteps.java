package dev.proa.node.sandbox;

import dev.proa.node.cri.RuntimeFailure;
import dev.proa.node.linux.Architecture;
import dev.proa.node.linux.Processes;
import dev.proa.node.linux.SyscallProgram;
import dev.proa.node.linux.SystemCall;
import dev.proa.node.linux.seccomp.Filter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The steps by which a process becomes who it is to be, with the rights it is to have, and executes its command. */
final class RightSteps {
    private static final long PR_SET_PDEATHSIG = 1;
    private static final long PR_SET_DUMPABLE = 4;
    private static final long PR_CAPBSET_DROP = 24;
    private static final long PR_SET_NO_NEW_PRIVS = 38;
    private static final long CAPABILITY_VERSION_3 = 0x20080522L;
    private static final long SECCOMP_SET_MODE_FILTER = 1;

    private final SyscallProgram program;
    /** How many steps there are that a filter of system calls does not see. */
    private int unfiltered = Integer.MAX_VALUE;

    RightSteps(SyscallProgram program) {
        this.program = program;
    }

    /**
     * Becomes the root of the user namespace that was just entered. Who enters one has all rights in it, but remains somebody to whom
     * nothing in it belongs.
     */
    void becomeRoot() {
        program.step("leave groups", SystemCall.SETGROUPS, 0, 0);
        program.step("become the container's root", SystemCall.SETRESGID, 0, 0, 0);
        program.step("become the container's root", SystemCall.SETRESUID, 0, 0, 0);
    }

    /**
     * Drops rights. The order matters: the bounding set while {@code CAP_SETPCAP} is there, groups while {@code CAP_SETGID}
     * is. A filter of system calls takes {@code CAP_SYS_ADMIN}, so it comes before the user; a process that gets no new privileges
     * needs no right for it, and installs it with its last step. Until it executes its command, the process is not for others of
     * the same user to look into: it is not dumpable.
     *
     * @param lastCapability the highest the kernel knows
     */
    void become(Credentials who, int lastCapability) {
        for (int capability = 0; capability <= lastCapability; capability++) {
            if ((who.capabilities() >>> capability & 1) == 0) {
                program.step("drop capability " + capability, SystemCall.PRCTL, PR_CAPBSET_DROP, capability);
            }
        }
        program.step("set groups", SystemCall.SETGROUPS, who.groups().size(), numbers(who.groups()));
        program.step("set group", SystemCall.SETRESGID, who.group(), who.group(), who.group());
        program.step("set file mode mask", SystemCall.UMASK, 022);
        if (!who.noNewPrivileges()) {
            filter(who.filter());
        }
        program.step("set user", SystemCall.SETRESUID, who.user(), who.user(), who.user());
        if (who.user() == 0) {
            // For anybody else the change of user has just taken them all away.
            program.step("set capabilities", SystemCall.CAPSET, program.words(CAPABILITY_VERSION_3), sets(who));
        }
        if (who.noNewPrivileges()) {
            program.step("set no new privileges", SystemCall.PRCTL, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        }
        program.step("be not dumpable", SystemCall.PRCTL, PR_SET_DUMPABLE, 0);
    }

    private void filter(@Nullable Filter filter) {
        if (filter != null) {
            long structure = program.words(filter.length(), program.bytes(filter.program()));
            program.step(
                    "set seccomp profile " + filter.name(),
                    SystemCall.SECCOMP,
                    SECCOMP_SET_MODE_FILTER,
                    filter.flags(),
                    structure);
            unfiltered = program.size();
        }
    }

    /** Effective, permitted and inheritable sets, lower halves first; nothing is inheritable. */
    private long sets(Credentials who) {
        int low = (int) who.capabilities();
        int high = (int) (who.capabilities() >>> 32);
        ByteBuffer sets = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
        sets.putInt(low).putInt(low).putInt(0).putInt(high).putInt(high).putInt(0);
        return program.bytes(sets.array());
    }

    private long numbers(List<Long> numbers) {
        ByteBuffer bytes = ByteBuffer.allocate(Math.max(4, 4 * numbers.size())).order(ByteOrder.LITTLE_ENDIAN);
        numbers.forEach(number -> bytes.putInt((int) (long) number));
        return program.bytes(bytes.array());
    }

    /**
     * Executes the command, or goes on behind the last step.
     *
     * @throws RuntimeFailure when the filter of the process refuses a call by which it is started
     * @return the address of the negated error number of each candidate that failed, a word each
     */
    long execute(ProcessSpec process) {
        // Neither a new process nor one that has changed its user has it any more.
        program.step("set death signal", SystemCall.PRCTL, PR_SET_PDEATHSIG, Processes.SIGKILL);
        Filter filter = process.credentials().filter();
        if (process.credentials().noNewPrivileges()) {
            filter(filter);
        }
        List<String> candidates = process.candidates();
        long results = program.zeroes(8 * candidates.size());
        long arguments = program.texts(process.arguments());
        long environment = program.texts(process.environment());
        for (int i = 0; i < candidates.size(); i++) {
            program.step(
                            ExecutionFailures.EXECUTE + candidates.get(i),
                            SystemCall.EXECVE,
                            program.text(candidates.get(i)),
                            arguments,
                            environment)
                    .storing(results + 8L * i)
                    .ignoringFailure();
        }
        if (filter != null) {
            requirePermitted(filter);
        }
        return results;
    }

    /** A process that is not let go on, or not even report and end, would be taken for one that runs. */
    private void requirePermitted(Filter filter) {
        Architecture architecture = Architecture.current();
        for (SyscallProgram.Step step : program.steps(unfiltered)) {
            require(filter.permits(architecture, step.number(), step.arguments()), filter, step.number());
        }
        for (SystemCall call : new SystemCall[] {SystemCall.WRITE, SystemCall.EXIT_GROUP}) {
            require(filter.permits(architecture, call.number()), filter, call.number());
        }
    }

    private static void require(boolean permitted, Filter filter, long number) {
        if (!permitted) {
            throw new RuntimeFailure(
                    RuntimeFailure.Reason.INVALID_ARGUMENT,
                    "seccomp profile " + filter.name() + " refuses the system call " + SystemCall.spelling(number)
                            + ", which is needed to start a process");
        }
    }
}
