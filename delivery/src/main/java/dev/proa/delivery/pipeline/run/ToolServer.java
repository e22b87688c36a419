package dev.proa.delivery.pipeline.run;

import dev.proa.client.Transport.TransportException;
import dev.proa.delivery.config.DeliveryFailure;
import dev.proa.image.ImageFailure;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers what tools in a job's container ask for, each request on a virtual thread. */
final class ToolServer {
    private static final Logger LOG = LoggerFactory.getLogger(ToolServer.class);

    /** What a job has built at a time. */
    private static final int AT_A_TIME = 4;
    /** What may wait for that; a container that asks for more is not a tool's. */
    private static final int MOST_OPEN = 100;

    private final Semaphore places = new Semaphore(AT_A_TIME);
    private final AtomicInteger open = new AtomicInteger();
    private final JobContainer container;
    private final Map<String, Tool> tools;

    /** @param tools by the names they are called by */
    ToolServer(JobContainer container, Map<String, Tool> tools) {
        this.container = container;
        this.tools = Map.copyOf(tools);
    }

    /** Does what a tool is to do. */
    interface Tool {
        /**
         * Does it; blocks until it is done.
         *
         * @param out what the tool prints
         * @return the exit code
         */
        int run(ToolRequest request, JobContainer container, PrintWriter out) throws IOException, InterruptedException;
    }

    /** Begins to answer a request, or to wait with it for others; returns at once. */
    void answer(String id) {
        if (open.incrementAndGet() > MOST_OPEN) {
            open.decrementAndGet();
            LOG.warn(
                    "pod {} asks for more than {} things at a time; {} is not answered",
                    container.pod(),
                    MOST_OPEN,
                    id);
            return;
        }
        Thread.ofVirtual().name("pipeline-tool").start(() -> {
            try {
                places.acquire();
                try {
                    run(id);
                } finally {
                    places.release();
                }
            } catch (IOException | TransportException e) {
                LOG.warn("a tool's request in pod {} was not answered", container.pod(), e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                open.decrementAndGet();
            }
        });
    }

    private void run(String id) throws IOException, InterruptedException {
        ToolRequest request = ToolRequest.read(container, id);
        PrintWriter out = new PrintWriter(new ContainerWriter(request));
        int exit;
        try {
            Tool tool = tools.get(request.tool());
            if (tool == null) {
                out.println(request.tool() + " is not available in pipelines");
                exit = 127;
            } else {
                exit = tool.run(request, container, out);
            }
        } catch (ImageFailure | DeliveryFailure | IOException e) {
            out.println("ERROR: " + e.getMessage());
            exit = 1;
        } catch (RuntimeException e) {
            LOG.error("{} in pod {} failed", request.tool(), container.pod(), e);
            out.println("ERROR: " + e.getMessage());
            exit = 1;
        }
        out.flush();
        request.end(container, exit);
    }

    /** Sends what is printed with each flush; small writes are held for a moment's worth. */
    private final class ContainerWriter extends Writer {
        private static final int HELD = 4 << 10;
        private static final long MOMENT_NANOS = 300_000_000;
        private final ToolRequest request;
        private final StringWriter held = new StringWriter();
        private long sent = System.nanoTime();

        ContainerWriter(ToolRequest request) {
            this.request = request;
        }

        @Override
        public void write(char[] text, int start, int length) throws IOException {
            synchronized (held) {
                held.write(text, start, length);
                if (held.getBuffer().length() > HELD || System.nanoTime() - sent > MOMENT_NANOS) {
                    flush();
                }
            }
        }

        @Override
        public void flush() throws IOException {
            synchronized (held) {
                if (held.getBuffer().isEmpty()) {
                    return;
                }
                String text = held.toString();
                held.getBuffer().setLength(0);
                sent = System.nanoTime();
                try {
                    request.print(container, text);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IOException("interrupted", e);
                }
            }
        }

        @Override
        public void close() throws IOException {
            flush();
        }
    }
}
