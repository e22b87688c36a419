package dev.proa.node.sandbox.program;

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

/** The steps that set a process' user, groups, capabilities and seccomp filter, and execute its command. */
final class CredentialSteps {
    private static final long PR_SET_PDEATHSIG = 1;
    private static final long PR_SET_DUMPABLE = 4;
    private static final long PR_CAPBSET_DROP = 24;
    private static final long PR_SET_NO_NEW_PRIVS = 38;
    private static final long CAPABILITY_VERSION_3 = 0x20080522L;
    private static final long SECCOMP_SET_MODE_FILTER = 1;

    private final SyscallProgram program;
    /** The number of steps that run before the seccomp filter is installed. */
    private int unfiltered = Integer.MAX_VALUE;

    CredentialSteps(SyscallProgram program) {
        this.program = program;
    }

    /**
     * Becomes root in the user namespace that was just entered: entering gives all capabilities, but keeps an unmapped
     * user id.
     */
    void becomeRoot() {
        program.step("leave groups", SystemCall.SETGROUPS, 0, 0);
        program.step("become the container's root", SystemCall.SETRESGID, 0, 0, 0);
        program.step("become the container's root", SystemCall.SETRESUID, 0, 0, 0);
    }

    /**
     * Drops rights. The order matters: the bounding set while {@code CAP_SETPCAP} is there, groups while {@code
     * CAP_SETGID} is. Installing a seccomp filter needs {@code CAP_SYS_ADMIN}, so it comes before the change of user;
     * with {@code no_new_privs} it needs no capability, and is the last step. Until it executes its command, the
     * process is not dumpable, so that others of the same user cannot inspect it.
     *
     * @param lastCapability the highest the kernel knows
     */
    void become(ProcessCredentials who, int lastCapability) {
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
            // For other users, the change of user has already cleared them.
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
    private long sets(ProcessCredentials who) {
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
     * Executes the command; if that fails, continues after the last step.
     *
     * @throws RuntimeFailure when the seccomp filter denies a call that is needed for the start
     * @return the address of the negated error number of each candidate that failed, a word each
     */
    long execute(ProcessSpec process) {
        // It is cleared by clone and by a change of user.
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

    /** The filter must permit these calls: a process that can neither go on nor report and exit would seem to run. */
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
