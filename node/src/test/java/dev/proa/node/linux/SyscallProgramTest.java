package dev.proa.node.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SyscallProgramTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final int AT = Descriptors.AT_FDCWD;

    @BeforeEach
    void needsLinux() {
        assumeTrue(Architecture.supported(), "needs Linux on a known processor");
    }

    /** Runs a program whose descriptor 9 is a pipe, and returns what it wrote there until it ended. */
    private static byte[] run(SyscallProgram program) throws Exception {
        Descriptors.Pipe pipe = Descriptors.pipe();
        try {
            int pid = Processes.spawn(program, "program", List.of(), Map.of(9, pipe.writing()));
            Descriptors.close(pipe.writing());
            byte[] all = Descriptors.readAll(pipe.reading(), 1 << 20, PATIENCE);
            Processes.reap(pid);
            return all;
        } finally {
            Descriptors.close(pipe.reading());
        }
    }

    @Test
    void makesCallsInOrder() throws Exception {
        SyscallProgram program = new SyscallProgram();
        long hello = program.text("hello ");
        program.step("first", SystemCall.WRITE, 9, hello, 6);
        program.step("second", SystemCall.WRITE, 9, program.text("world"), 5);
        program.step("end", SystemCall.EXIT_GROUP, 0);
        assertThat(new String(run(program), StandardCharsets.UTF_8)).isEqualTo("hello world");
    }

    @Test
    void forksAndWaits() throws Exception {
        SyscallProgram program = new SyscallProgram();
        SyscallProgram.Label child = new SyscallProgram.Label();
        long status = program.zeroes(8);
        SyscallProgram.Step fork = program.step("fork", SystemCall.CLONE, 17);
        SyscallProgram.Step wait = program.step("wait", SystemCall.WAIT4, 0, status, 0, 0);
        fork.ifZero(child).into(wait, 0);
        program.step("report", SystemCall.WRITE, 9, status, 8);
        program.step("end", SystemCall.EXIT_GROUP, 0);
        program.at(child);
        program.step(
                "run",
                SystemCall.EXECVE,
                program.text("/bin/sh"),
                program.texts(List.of("sh", "-c", "echo \"$WORD\" >&9; exit 7")),
                program.texts(List.of("WORD=ok")));
        byte[] output = run(program);
        assertThat(new String(output, 0, 3, StandardCharsets.UTF_8)).isEqualTo("ok\n");
        assertThat(ByteBuffer.wrap(output, 3, 8).order(ByteOrder.LITTLE_ENDIAN).getLong())
                .isEqualTo(7 << 8);
    }

    @Test
    void tellsWhichStepFailedAndWhy() throws Exception {
        SyscallProgram program = new SyscallProgram();
        SyscallProgram.Label failed = new SyscallProgram.Label();
        program.failure(failed);
        program.step("ignored", SystemCall.CHDIR, program.text("/nonsense/ignored"))
                .ignoringFailure();
        SyscallProgram.Step open =
                program.step("open it", SystemCall.OPENAT, AT, program.text("/nonsense"), Descriptors.O_RDONLY);
        program.step("never", SystemCall.WRITE, 9, program.text("never"), 5);
        program.at(failed);
        program.step("report", SystemCall.WRITE, 9, SyscallProgram.ERROR, 16);
        program.step("end", SystemCall.EXIT_GROUP, 1);
        ByteBuffer error = ByteBuffer.wrap(run(program)).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(program.stepAt(error.getLong())).isSameAs(open);
        assertThat(error.getLong()).isEqualTo(-Errno.ENOENT);
    }

    @Test
    void tellsAnExpectedErrorFromOthers() throws Exception {
        for (String path : List.of("/nonsense", "/proc/self/status/x", "/")) {
            SyscallProgram program = new SyscallProgram();
            SyscallProgram.Label failed = new SyscallProgram.Label();
            SyscallProgram.Label missing = new SyscallProgram.Label();
            program.failure(failed);
            program.step("enter", SystemCall.CHDIR, program.text(path)).ifError(Errno.ENOENT, missing);
            program.step("write", SystemCall.WRITE, 9, program.text("there"), 5);
            program.step("end", SystemCall.EXIT_GROUP, 0);
            program.at(missing);
            program.step("write", SystemCall.WRITE, 9, program.text("missing"), 7);
            program.step("end", SystemCall.EXIT_GROUP, 0);
            program.at(failed);
            program.step("write", SystemCall.WRITE, 9, program.text("failed"), 6);
            program.step("end", SystemCall.EXIT_GROUP, 1);
            assertThat(new String(run(program), StandardCharsets.UTF_8))
                    .isEqualTo(
                            switch (path) {
                                case "/" -> "there";
                                case "/nonsense" -> "missing";
                                default -> "failed";
                            });
        }
    }

    /** Compared with what an assembler makes of the listing in the comments. */
    @Test
    void armCodeIsWhatAnAssemblerMakes() {
        byte[] code = SyscallInterpreter.code(Architecture.AARCH64, 0x10010218L, 0x10010200L);
        assertThat(HexFormat.of().formatHex(code, 0, 116))
                .isEqualTo(
                        "134380d23300a2f2144080d23400a2f2680240f9600640f9610a40f9620e40f9631240f9641640f9651a40f9010000d4"
                                + "691e40f9200100f9c000f8b7600000b4732a40f9f3ffff17732640f9f1ffff17930200f9800600f9692e40f91f0009eb60000054732240f9eaffff17733240f9e8ffff17");
    }

    /** As CVE-2019-5736: who gets hold of a program that runs, or will run, changes what it does. */
    @Test
    void aProgramCannotBeChanged() throws Exception {
        int file = Descriptors.memoryFile("program", new byte[] {1, 2, 3});
        try {
            Descriptors.setNonBlocking(file);
            assertThatThrownBy(() -> Descriptors.write(file, new byte[] {4}))
                    .isInstanceOfSatisfying(
                            ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EPERM));
        } finally {
            Descriptors.close(file);
        }
    }

    @Test
    void aDescriptorOfAnotherProcessCanBeTaken() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "looking into other processes needs root");
        Descriptors.Pipe pipe = Descriptors.pipe();
        SyscallProgram program = new SyscallProgram();
        SyscallProgram.Label again = new SyscallProgram.Label();
        program.at(again);
        program.step("sleep", SystemCall.PPOLL, 0, 0, 0, 0).then(again).ifFailed(again);
        int pid = Processes.spawn(program, "sleeper", List.of("id"), Map.of(5, pipe.reading()));
        try {
            Descriptors.setNonBlocking(pipe.writing());
            try (Arena arena = Arena.ofConfined()) {
                Descriptors.writeNow(pipe.writing(), arena.allocateFrom(ValueLayout.JAVA_BYTE, (byte) 42));
            }
            int process = Processes.open(pid).getAsInt();
            int taken = Processes.take(process, 5);
            assertThat(Descriptors.read(taken, 10, PATIENCE)).containsExactly(42);
            Descriptors.close(taken);
            Descriptors.close(process);
            assertThat(Path.of("/proc/" + pid)).exists();
        } finally {
            Processes.signal(pid, Processes.SIGKILL);
            Processes.reap(pid);
            pipe.close();
        }
        assertThat(Processes.commandLine(pid)).isEmpty();
    }
}
