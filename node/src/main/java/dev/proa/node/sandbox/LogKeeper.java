package dev.proa.node.sandbox;

import dev.proa.node.linux.Descriptors;
import dev.proa.node.linux.ErrnoException;
import dev.proa.node.sandbox.output.ContainerLog;
import dev.proa.node.sandbox.output.OutputPump;
import dev.proa.node.sandbox.program.ContainerProgram;
import dev.proa.node.sandbox.program.Shim;
import dev.proa.node.sandbox.program.ShimFiles;
import dev.proa.node.sandbox.state.Records;
import dev.proa.node.sandbox.state.Records.ContainerRecord;
import dev.proa.node.sandbox.state.Records.SandboxRecord;
import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the logs of running containers while no runtime does: a small JVM that starts when the runtime's process has
 * ended (see {@link StateLock}) and ends when a runtime takes the directory back, or when no container is left. Until
 * it reads, output stays in the containers' pipes, which hold 64 KiB each.
 */
public final class LogKeeper {
    private static final Logger LOG = LoggerFactory.getLogger(LogKeeper.class);

    private final Path state;
    private final OutputPump pump = new OutputPump();
    private final List<ContainerLog> logs = new ArrayList<>();
    private final AtomicInteger running = new AtomicInteger();
    private final CountDownLatch over = new CountDownLatch(1);

    private LogKeeper(Path state) throws ErrnoException {
        this.state = state;
    }

    /** The command that runs this class over a state directory, with the Java and the classes of this process. */
    static List<String> command(Path state) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx24m",
                "-Xss256k",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                classPath(),
                LogKeeper.class.getName(),
                state.toString());
    }

    /** The absolute class path, since the keeper has another working directory. */
    private static String classPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    /**
     * Runs until SIGTERM or until no container is left. The argument is the state directory; the lock is descriptor 3.
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        LogKeeper keeper = new LogKeeper(Path.of(arguments[0]));
        Runtime.getRuntime().addShutdownHook(new Thread(keeper::finish));
        keeper.adopt();
        keeper.over.await();
        System.exit(0);
    }

    private void adopt() throws IOException {
        // One more, so that containers that end during the start do not end this process.
        running.set(1);
        try (DirectoryStream<Path> containers = Files.newDirectoryStream(state.resolve("containers"))) {
            for (Path container : containers) {
                adopt(container);
            }
        }
        ended();
    }

    private void adopt(Path container) throws IOException {
        Path file = container.resolve("container.json");
        ShimFiles.Started started = ShimFiles.started(container);
        if (started == null || !Files.exists(file)) {
            return;
        }
        ContainerRecord record = Records.readContainer(Files.readAllBytes(file));
        Shim shim = Shim.find(record.id(), started.shim());
        Path sandboxFile =
                state.resolve("sandboxes").resolve(record.sandboxId()).resolve("sandbox.json");
        if (shim == null || !Files.exists(sandboxFile)) {
            return;
        }
        SandboxRecord sandbox = Records.readSandbox(Files.readAllBytes(sandboxFile));
        ContainerLog log = new ContainerLog(
                sandbox.config().logDirectory().resolve(record.config().logPath()), InstantSource.system());
        logs.add(log);
        if (record.process().terminal()) {
            read(shim, ContainerProgram.TERMINAL, log, false);
        } else {
            read(shim, ContainerProgram.STDOUT_READ, log, false);
            read(shim, ContainerProgram.STDERR_READ, log, true);
        }
    }

    private void read(Shim shim, int number, ContainerLog log, boolean stderr) throws ErrnoException {
        int descriptor = shim.take(number);
        if (descriptor >= 0) {
            running.incrementAndGet();
            pump.add(descriptor, new OutputPump.Sink() {
                @Override
                public void bytes(byte[] buffer, int length) {
                    log.write(stderr, buffer, length);
                }

                @Override
                public void end() {
                    log.end(stderr);
                    ended();
                }
            });
        }
    }

    private void ended() {
        if (running.decrementAndGet() == 0) {
            over.countDown();
        }
    }

    /** Stops reading; whoever gets the lock continues exactly where this stopped. */
    private void finish() {
        pump.close();
        for (ContainerLog log : logs) {
            try {
                log.close();
            } catch (IOException e) {
                LOG.error("lines are missing in a container's log", e);
            }
        }
        Descriptors.close(3);
    }
}
