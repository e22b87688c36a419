package dev.proa.node.sandbox;

import dev.proa.node.cri.PodSandboxConfig.UserNamespace;
import dev.proa.node.linux.Descriptors;
import dev.proa.node.linux.Errno;
import dev.proa.node.linux.ErrnoException;
import dev.proa.node.linux.Mounts;
import dev.proa.node.linux.Namespaces.Kind;
import dev.proa.node.linux.Processes;
import dev.proa.node.linux.SyscallProgram;
import dev.proa.node.linux.SyscallProgram.Label;
import dev.proa.node.linux.SystemCall;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Creates the user namespace of a pod (KEP-127) and the namespaces that it owns: a namespace is owned by the user
 * namespace in which it was created. No thread of a JVM can enter one, so a helper process creates them and lives until
 * they are bound to files.
 */
final class UserNamespaceFactory {
    private static final String NAME = "proa-users";
    private static final long SIGCHLD = 17;
    private static final long PR_SET_PDEATHSIG = 1;
    private static final int REPORT = 9;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private UserNamespaceFactory() {}

    /**
     * Creates them and binds them to new files.
     *
     * @param files by kind, {@link Kind#USER} among them
     */
    static void create(String sandboxId, UserNamespace users, Map<Kind, Path> files) throws IOException {
        Descriptors.Pipe report = Descriptors.pipe();
        try {
            int parent = Processes.spawn(
                    program(files.keySet()), NAME, List.of(sandboxId), Map.of(REPORT, report.writing()));
            try {
                Descriptors.close(report.writing());
                ByteBuffer answer = ByteBuffer.wrap(Descriptors.read(report.reading(), 16, PATIENCE))
                        .order(ByteOrder.LITTLE_ENDIAN);
                if (answer.remaining() != 8) {
                    throw new ErrnoException(
                            "make a user namespace",
                            answer.remaining() == 16 ? (int) -answer.getLong(8) : Errno.EAGAIN);
                }
                Path process = Path.of("/proc", Long.toString(answer.getLong()));
                String map = "0 " + users.hostId() + " " + users.length() + "\n";
                Files.writeString(process.resolve("uid_map"), map);
                Files.writeString(process.resolve("gid_map"), map);
                for (Map.Entry<Kind, Path> file : files.entrySet()) {
                    Files.createFile(file.getValue());
                    Mounts.bind(process.resolve("ns").resolve(file.getKey().file()), file.getValue());
                }
            } finally {
                // The child may not have set its parent-death signal yet.
                Processes.killWithChildren(parent);
            }
        } finally {
            Descriptors.close(report.reading());
        }
    }

    private static SyscallProgram program(Iterable<Kind> kinds) {
        long flags = SIGCHLD;
        for (Kind kind : kinds) {
            flags |= kind.flag();
        }
        SyscallProgram program = new SyscallProgram();
        Label child = new Label();
        Label failed = new Label();
        Label sleep = new Label();
        program.failure(failed);
        long pid = program.zeroes(8);
        program.step("clone", SystemCall.CLONE, flags).ifZero(child).storing(pid);
        program.step("tell pid", SystemCall.WRITE, REPORT, pid, 8).then(sleep);
        program.at(child);
        program.step("end with the parent", SystemCall.PRCTL, PR_SET_PDEATHSIG, Processes.SIGKILL);
        program.at(sleep);
        program.step("sleep", SystemCall.PPOLL, 0, 0, 0, 0).then(sleep).ifFailed(sleep);
        program.at(failed);
        program.step("report", SystemCall.WRITE, REPORT, SyscallProgram.ERROR, 16)
                .ignoringFailure();
        program.step("end", SystemCall.EXIT_GROUP, 1);
        return program;
    }
}
