package dev.proa.node.sandbox;

import dev.proa.node.cri.RuntimeFailure;
import dev.proa.node.cri.RuntimeFailure.Reason;
import dev.proa.node.cri.StreamOptions;
import dev.proa.node.cri.StreamSession;
import dev.proa.node.linux.Descriptors;
import dev.proa.node.linux.ErrnoException;
import dev.proa.node.linux.Processes;
import dev.proa.node.linux.SyscallProgram;
import dev.proa.node.linux.Terminals;
import dev.proa.node.sandbox.output.DescriptorOutput;
import dev.proa.node.sandbox.output.OutputClients;
import dev.proa.node.sandbox.output.OutputPump;
import dev.proa.node.sandbox.program.ContainerProgram;
import dev.proa.node.sandbox.program.ExecProgram;
import dev.proa.node.sandbox.program.ExecutionFailures;
import dev.proa.node.sandbox.program.ProcessSpec;
import dev.proa.node.sandbox.program.Shim;
import dev.proa.node.sandbox.program.ShimFiles;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An exec session: a command in a running container. The command is killed when the session closes. */
final class ExecSession implements StreamSession {
    private static final Logger LOG = LoggerFactory.getLogger(ExecSession.class);
    private static final int KILLED = 128 + Processes.SIGKILL;

    private final int helper;
    private final OutputClients clients = new OutputClients();
    private final OutputClients.Client client;
    private final ByteBuffer life = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    private @Nullable DescriptorOutput input;
    private final boolean terminal;
    private int process = -1;
    private int openStreams;
    private boolean ended;
    private int exitCode = KILLED;

    private ExecSession(int helper, StreamOptions options, boolean patient) {
        this.helper = helper;
        terminal = options.tty();
        client = clients.add(options.stdout(), options.stderr() && !options.tty(), patient);
    }

    /**
     * Starts a command.
     *
     * @param patient whether the command blocks while its output is unread; false if the output is read only after its
     *     end
     * @param deadline of {@link System#nanoTime} for executing the command; then all its processes are killed
     * @throws RuntimeFailure when it cannot be executed
     * @throws ErrnoException {@link dev.proa.node.linux.Errno#ETIMEDOUT} when it was not executed in time, for example
     *     because the container's processes stopped it
     */
    static ExecSession start(
            Container container,
            ProcessSpec process,
            List<Path> memberFiles,
            int lastCapability,
            StreamOptions options,
            boolean patient,
            long deadline,
            OutputPump pump)
            throws IOException {
        SyscallProgram program =
                ExecProgram.of(process, memberFiles, container.sandbox().userNamespace() != null, lastCapability);
        Map<Integer, Integer> given = new HashMap<>();
        List<Integer> opened = new ArrayList<>();
        List<Descriptors.Pipe> pipes = new ArrayList<>();
        try {
            int target = container.process();
            opened.add(target);
            given.put(ExecProgram.TARGET, target);
            Descriptors.Pipe report = pipe(pipes);
            given.put(ContainerProgram.REPORT, report.writing());
            Descriptors.Pipe life = pipe(pipes);
            given.put(ExecProgram.LIFE, life.writing());
            Descriptors.Pipe in = pipe(pipes);
            given.put(ExecProgram.STDIN, in.reading());
            Descriptors.Pipe out = pipe(pipes);
            Descriptors.Pipe err = pipe(pipes);
            if (options.tty()) {
                given.put(ContainerProgram.STDIN_WRITE, in.writing());
            } else {
                given.put(ExecProgram.STDOUT, out.writing());
                given.put(ExecProgram.STDERR, err.writing());
            }
            ExecSession session = new ExecSession(
                    Processes.spawn(program, "proa-exec", List.of(container.id()), given), options, patient);
            for (int descriptor : new int[] {report.writing(), life.writing(), out.writing(), err.writing()}) {
                Descriptors.close(descriptor);
                pipes.replaceAll(
                        pipe -> pipe.writing() == descriptor ? new Descriptors.Pipe(pipe.reading(), -1) : pipe);
            }
            try {
                byte[] failure =
                        Descriptors.readAll(report.reading(), ExecutionFailures.LONGEST_REPORT, left(deadline));
                if (failure.length > 0) {
                    throw ExecutionFailures.explain(failure, program, process);
                }
                session.connect(in, out, err, life, options, deadline, pump);
            } catch (IOException | RuntimeException e) {
                Processes.killWithChildren(session.helper);
                throw e;
            }
            return session;
        } finally {
            opened.forEach(Descriptors::close);
            pipes.forEach(Descriptors.Pipe::close);
        }
    }

    private static Duration left(long deadline) {
        return Duration.ofNanos(deadline - System.nanoTime());
    }

    private static Descriptors.Pipe pipe(List<Descriptors.Pipe> pipes) throws ErrnoException {
        Descriptors.Pipe pipe = Descriptors.pipe();
        pipes.add(pipe);
        return pipe;
    }

    /** Duplicates the descriptors that it keeps, so that the caller can close all that it opened. */
    private synchronized void connect(
            Descriptors.Pipe in,
            Descriptors.Pipe out,
            Descriptors.Pipe err,
            Descriptors.Pipe life,
            StreamOptions options,
            long deadline,
            OutputPump pump)
            throws IOException {
        byte[] pid = Descriptors.read(life.reading(), 8, left(deadline));
        if (pid.length == 8) {
            process = Processes.open(
                            ByteBuffer.wrap(pid).order(ByteOrder.LITTLE_ENDIAN).getLong())
                    .orElse(-1);
        }
        if (terminal) {
            int master = Shim.started(helper).take(ContainerProgram.TERMINAL);
            if (master < 0) {
                throw new RuntimeFailure(Reason.INTERNAL, "the terminal of the command is gone");
            }
            input = new DescriptorOutput(Descriptors.duplicate(master, 0));
            read(pump, master, new Output(false, pump, master));
        } else {
            if (options.stdin()) {
                input = new DescriptorOutput(Descriptors.duplicate(in.writing(), 0));
            }
            int stdout = Descriptors.duplicate(out.reading(), 0);
            read(pump, stdout, new Output(false, pump, stdout));
            int stderr = Descriptors.duplicate(err.reading(), 0);
            read(pump, stderr, new Output(true, pump, stderr));
        }
        read(pump, Descriptors.duplicate(life.reading(), 0), new Life());
    }

    private void read(OutputPump pump, int descriptor, OutputPump.Sink sink) throws ErrnoException {
        openStreams++;
        pump.add(descriptor, sink);
    }

    private final class Output implements OutputPump.Sink {
        private final boolean stderr;
        private final OutputPump pump;
        private final int descriptor;

        Output(boolean stderr, OutputPump pump, int descriptor) {
            this.stderr = stderr;
            this.pump = pump;
            this.descriptor = descriptor;
        }

        @Override
        public void bytes(byte[] buffer, int length) {
            clients.write(stderr, buffer, length);
            clients.holdUp(stderr, () -> pump.pause(descriptor), () -> pump.resume(descriptor));
        }

        @Override
        public void end() {
            clients.end(stderr);
            streamEnded();
        }
    }

    private final class Life implements OutputPump.Sink {
        @Override
        public void bytes(byte[] buffer, int length) {
            synchronized (ExecSession.this) {
                life.put(buffer, 0, Math.min(length, life.remaining()));
            }
        }

        @Override
        public void end() {
            finish();
            streamEnded();
        }
    }

    private synchronized void streamEnded() {
        openStreams--;
        if (ended && openStreams == 0) {
            endHelper();
        }
        notifyAll();
    }

    private synchronized void finish() {
        if (life.position() >= 8) {
            exitCode = ShimFiles.exitCode((int) life.flip().getLong());
        }
        ended = true;
        Descriptors.close(process);
        process = -1;
        if (!terminal || openStreams == 1) {
            endHelper();
        }
        notifyAll();
    }

    private void endHelper() {
        if (input != null) {
            input.close();
            input = null;
        }
        try {
            Processes.signal(helper, Processes.SIGKILL);
            Processes.reapSoon(helper);
        } catch (ErrnoException e) {
            LOG.warn("the helper of an ended command stays behind", e);
        }
    }

    @Override
    public synchronized OutputStream stdin() {
        if (input == null) {
            return OutputStream.nullOutputStream();
        }
        return terminal ? new Keyboard(input) : input;
    }

    /** The input of a terminal. It has no end: who types no more still sees what is written, and sets the size. */
    private static final class Keyboard extends FilterOutputStream {
        Keyboard(OutputStream terminal) {
            super(terminal);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
        }

        @Override
        public void close() throws IOException {
            flush();
        }
    }

    @Override
    public InputStream stdout() {
        return client.stdout();
    }

    @Override
    public InputStream stderr() {
        return client.stderr();
    }

    @Override
    public synchronized void resize(int columns, int rows) {
        if (terminal && input != null) {
            try {
                input.with(descriptor -> Terminals.resize(descriptor, columns, rows));
            } catch (ErrnoException e) {
                LOG.debug("the terminal is gone", e);
            }
        }
    }

    @Override
    public synchronized int waitFor() throws InterruptedException {
        while (!ended) {
            wait();
        }
        return exitCode;
    }

    /** Waits for the command's end and for the end of its output, which a process that it left behind may hold open. */
    synchronized boolean awaitEnd(long nanos, long nanosForStreams) throws InterruptedException {
        long deadline = System.nanoTime() + nanos;
        while (!ended) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        deadline = System.nanoTime() + nanosForStreams;
        while (openStreams > 0 && System.nanoTime() < deadline) {
            TimeUnit.NANOSECONDS.timedWait(this, Math.max(1, deadline - System.nanoTime()));
        }
        return true;
    }

    @Override
    public synchronized void close() {
        try {
            if (!ended && process >= 0) {
                Processes.signalDescriptor(process, Processes.SIGKILL);
            }
        } catch (ErrnoException e) {
            LOG.warn("a command was not killed", e);
        }
        if (input != null) {
            input.close();
        }
        clients.remove(client);
    }
}
