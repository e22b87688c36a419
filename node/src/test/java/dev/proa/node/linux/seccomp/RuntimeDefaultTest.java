package dev.proa.node.linux.seccomp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.node.linux.Architecture;
import dev.proa.node.linux.Capability;
import dev.proa.node.linux.SystemCall;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class RuntimeDefaultTest {
    private static final Architecture HERE = Architecture.X86_64;

    private static Filter filter(Set<Capability> capabilities) throws InvalidProfileException {
        return FilterCompiler.compile(RuntimeDefault.of(capabilities, HERE), HERE);
    }

    private static Action answer(Filter filter, String call, long... arguments) {
        int word = filter.run(
                FilterCompiler.auditNumber(HERE), CallNumbers.of(call, HERE).orElseThrow(), arguments);
        return word == Action.ALLOW.word() ? Action.ALLOW : Action.errno(word & 0xffff);
    }

    @ParameterizedTest
    @CsvSource({
        "unshare, 0x10000000, 1",
        "setns, 0, 1",
        "mount, 0, 1",
        "keyctl, 0, 1",
        "add_key, 0, 1",
        "request_key, 0, 1",
        "bpf, 0, 1",
        "io_uring_setup, 0, 1",
        "userfaultfd, 0, 1",
        "perf_event_open, 0, 1",
        "open_by_handle_at, 0, 1",
        "kexec_load, 0, 1",
        "init_module, 0, 1",
        "pivot_root, 0, 1",
        "swapon, 0, 1",
        "clone3, 0, 38",
        "clone, 0x10000000, 1",
        "clone, 0x02000000, 1",
        "clone, 0x00020000, 1",
        "clone, 0x003d0f00, 0",
        "socket, 38, 1",
        "socket, 40, 1",
        "socket, 0x100000026, 1",
        "socket, 0x100000028, 1",
        "socket, 2, 0",
        "socket, 39, 0",
        "socket, 41, 0",
        "personality, 0, 0",
        "personality, 8, 0",
        "personality, 0xffffffff, 0",
        "personality, 0x40000, 1",
        "chroot, 0, 0",
        "ptrace, 0, 0",
        "execve, 0, 0",
        "seccomp, 1, 0",
        "mseal, 0, 0"
    })
    void saysWhatContainerdsSays(String call, String argument, int errno) throws InvalidProfileException {
        assertThat(answer(filter(Capability.CONTAINER_DEFAULT), call, Long.decode(argument)))
                .isEqualTo(errno == 0 ? Action.ALLOW : Action.errno(errno));
    }

    @ParameterizedTest
    @CsvSource({
        "SYS_ADMIN, mount unshare setns clone3 bpf syslog move_mount",
        "BPF, bpf",
        "PERFMON, perf_event_open",
        "SYS_PTRACE, kcmp pidfd_getfd",
        "SYS_MODULE, init_module delete_module",
        "SYS_TIME, settimeofday clock_settime",
        "SYS_BOOT, reboot",
        "SYS_CHROOT, chroot",
        "SYS_NICE, mbind set_mempolicy",
        "SYS_RAWIO, iopl ioperm",
        "SYS_PACCT, acct",
        "SYS_TTY_CONFIG, vhangup",
        "SYSLOG, syslog",
        "DAC_READ_SEARCH, open_by_handle_at"
    })
    void capabilitiesBringTheirCalls(Capability capability, String calls) throws InvalidProfileException {
        Filter without = filter(Set.of());
        Filter with = filter(EnumSet.of(capability));
        for (String call : calls.split(" ")) {
            assertThat(answer(without, call)).as(call).isNotEqualTo(Action.ALLOW);
            assertThat(answer(with, call)).as(call).isEqualTo(Action.ALLOW);
        }
        assertThat(answer(with, "keyctl")).isNotEqualTo(Action.ALLOW);
    }

    @Test
    void asksLittleOfEachCall() throws InvalidProfileException {
        assertThat(filter(Capability.CONTAINER_DEFAULT).length()).isLessThan(300);
    }

    @ParameterizedTest
    @EnumSource
    void numbersAreThoseOfTheCallsThatProaMakes(Architecture architecture) {
        Arrays.stream(SystemCall.values())
                .forEach(call -> assertThat(CallNumbers.of(call.spelling(), architecture))
                        .as(call.spelling())
                        .isEqualTo(OptionalInt.of((int) call.number(architecture))));
    }

    @ParameterizedTest
    @EnumSource
    void itsNamesAreKnown(Architecture architecture) {
        RuntimeDefault.of(EnumSet.allOf(Capability.class), architecture)
                .rules()
                .forEach(rule -> assertThat(CallNumbers.isKnown(rule.call()))
                        .as(rule.call())
                        .isTrue());
    }
}
