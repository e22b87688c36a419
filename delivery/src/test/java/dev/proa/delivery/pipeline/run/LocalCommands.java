package dev.proa.delivery.pipeline.run;

import dev.proa.client.ObjectKey;
import dev.proa.client.Transport.TransportException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Runs commands on this machine, as if it were a container; connections can be made to break. */
final class LocalCommands implements PodCommands {
    private final Set<Process> running = ConcurrentHashMap.newKeySet();

    @Override
    public int exec(
            ObjectKey pod,
            String container,
            List<String> command,
            InputStream input,
            OutputStream output,
            OutputStream errors)
            throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).start();
        running.add(process);
        Thread in = Thread.ofVirtual().start(() -> {
            try (OutputStream to = process.getOutputStream()) {
                input.transferTo(to);
            } catch (IOException e) {
                // it has ended without reading all
            }
        });
        ByteArrayOutputStream held = new ByteArrayOutputStream();
        Thread err = Thread.ofVirtual().start(() -> {
            try {
                InputStream from = process.getErrorStream();
                for (int one = from.read(); one >= 0; one = from.read()) {
                    held.write(one);
                    errors.write(one);
                }
            } catch (IOException e) {
                // the process was ended
            }
        });
        process.getInputStream().transferTo(output);
        int exit = process.waitFor();
        in.join();
        err.join();
        if (!running.remove(process)) {
            throw new TransportException("the connection broke", null);
        }
        return exit;
    }

    /** Breaks all connections. */
    void cut() {
        for (Process process : Set.copyOf(running)) {
            running.remove(process);
            process.destroyForcibly();
        }
    }
}
