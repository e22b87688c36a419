package dev.proa.node.sandbox;

import dev.proa.node.linux.Descriptors;
import dev.proa.node.linux.ErrnoException;
import dev.proa.node.linux.Processes;
import dev.proa.node.linux.Terminals;
import dev.proa.node.sandbox.output.ContainerLog;
import dev.proa.node.sandbox.output.DescriptorOutput;
import dev.proa.node.sandbox.output.OutputClients;
import dev.proa.node.sandbox.output.OutputPump;
import dev.proa.node.sandbox.program.ContainerProgram;
import dev.proa.node.sandbox.program.Shim;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The streams of a container's first process: its standard input, and its output to the log and to clients. Thread-safe. */
final class ContainerStreams {
    private static final Logger LOG = LoggerFactory.getLogger(ContainerStreams.class);

    private final String id;
    private final boolean terminal;
    private final ContainerLog log;
    private final OutputPump pump;
    private final Runnable commandEnded;
    private final Runnable allEnded;
    private final OutputClients clients = new OutputClients();
    private int open;
    private int stdinKeeper;
    private @Nullable DescriptorOutput input;

    /**
     * @param id of the container
     * @param commandEnded called when the first process has ended; others may hold the output open
     * @param allEnded called when all output has been read, too
     */
    ContainerStreams(
            String id, boolean terminal, ContainerLog log, OutputPump pump, Runnable commandEnded, Runnable allEnded) {
        this.id = id;
        this.terminal = terminal;
        this.log = log;
        this.pump = pump;
        this.commandEnded = commandEnded;
        this.allEnded = allEnded;
    }

    /**
     * Takes the ends of the streams from the shim, and starts to read. Returns whether there is one to read.
     *
     * @param keeper the process that keeps standard input open; 0 for none
     */
    synchronized boolean connect(Shim shim, int keeper) throws IOException {
        stdinKeeper = keeper;
        if (terminal) {
            int master = shim.take(ContainerProgram.TERMINAL);
            if (master >= 0) {
                input = new DescriptorOutput(Descriptors.duplicate(master, 0));
            }
            read(master, new Output(false, master));
        } else {
            if (stdinKeeper != 0) {
                takeInput();
            }
            int stdout = shim.take(ContainerProgram.STDOUT_READ);
            read(stdout, new Output(false, stdout));
            int stderr = shim.take(ContainerProgram.STDERR_READ);
            read(stderr, new Output(true, stderr));
        }
        read(shim.take(ContainerProgram.LIFE_READ), new Life());
        return open > 0;
    }

    private void takeInput() throws IOException {
        var keeper = Processes.open(stdinKeeper);
        if (keeper.isPresent()) {
            try {
                input = new DescriptorOutput(Processes.take(keeper.getAsInt(), ContainerProgram.STDIN_WRITE));
            } catch (ErrnoException e) {
                LOG.debug("standard input of container {} is closed", id, e);
            } finally {
                Descriptors.close(keeper.getAsInt());
            }
        }
    }

    private void read(int descriptor, OutputPump.Sink sink) throws ErrnoException {
        if (descriptor >= 0) {
            open++;
            pump.add(descriptor, sink);
        }
    }

    /** One of the two output streams. */
    private final class Output implements OutputPump.Sink {
        private final boolean stderr;
        private final int descriptor;

        Output(boolean stderr, int descriptor) {
            this.stderr = stderr;
            this.descriptor = descriptor;
        }

        @Override
        public void bytes(byte[] buffer, int length) {
            log.write(stderr, buffer, length);
            clients.write(stderr, buffer, length);
            clients.holdUp(stderr, () -> pump.pause(descriptor), () -> pump.resume(descriptor));
        }

        @Override
        public void end() {
            log.end(stderr);
            clients.end(stderr);
            streamEnded();
        }
    }

    /** End of file when the command has ended. */
    private final class Life implements OutputPump.Sink {
        @Override
        public void bytes(byte[] buffer, int length) {
            // Nobody writes there.
        }

        @Override
        public void end() {
            commandEnded.run();
            streamEnded();
        }
    }

    private void streamEnded() {
        if (closeOne() == 0) {
            allEnded.run(); // without the lock, which the container takes while it has its own
        }
    }

    private synchronized int closeOne() {
        return --open;
    }

    OutputClients clients() {
        return clients;
    }

    /** Standard input, or null when there is none. */
    synchronized @Nullable DescriptorOutput input() {
        return input;
    }

    /** Closes standard input for good. */
    synchronized void closeInput() throws ErrnoException {
        if (input != null && !terminal) {
            input.close();
            input = null;
            Processes.signal(stdinKeeper, Processes.SIGKILL);
        }
    }

    synchronized void resize(int columns, int rows) throws ErrnoException {
        if (input != null && terminal) {
            input.with(descriptor -> Terminals.resize(descriptor, columns, rows));
        }
    }

    /** Nothing more will be written to clients. */
    void endClients() {
        clients.end(false);
        clients.end(true);
    }

    /** Closes the log and this process' end of standard input. */
    synchronized void close() throws IOException {
        log.close();
        if (input != null) {
            input.close();
            input = null;
        }
    }
}
