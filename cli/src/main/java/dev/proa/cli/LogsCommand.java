package dev.proa.cli;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code proa logs}: what a cluster's server has to say. */
@Command(
        name = "logs",
        mixinStandardHelpOptions = true,
        description = "Print the log of a cluster's server. For the logs of applications: kubectl logs")
final class LogsCommand implements Callable<Integer> {
    private static final int LONGEST_TAIL = 4 << 20;

    @Mixin
    private NameOption name;

    @Option(names = "--tail", defaultValue = "-1", paramLabel = "N", description = "Only the last N lines.")
    private int tail;

    @Option(
            names = {"-f", "--follow"},
            description = "Go on with what is written from now on, until interrupted.")
    private boolean follow;

    @Spec
    private picocli.CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        Path log = name.home().log();
        if (!Files.exists(log)) {
            throw new Failure(Exit.NOT_RUNNING, "there is no log at " + log + "; was the cluster ever started?");
        }
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            long from = tail < 0 ? 0 : start(file);
            while (true) {
                from = copy(file, from);
                if (!follow) {
                    return Exit.OK;
                }
                java.util.concurrent.locks.LockSupport.parkNanos(200_000_000);
            }
        }
    }

    private long copy(RandomAccessFile file, long from) throws IOException {
        long position = from > file.length() ? 0 : from; // a new server has begun a new log
        file.seek(position);
        byte[] buffer = new byte[8192];
        for (int n = file.read(buffer); n > 0; n = file.read(buffer)) {
            spec.commandLine().getOut().print(new String(buffer, 0, n, StandardCharsets.UTF_8));
            position += n;
        }
        spec.commandLine().getOut().flush();
        return position;
    }

    private long start(RandomAccessFile file) throws IOException {
        long from = Math.max(0, file.length() - LONGEST_TAIL);
        file.seek(from);
        byte[] end = new byte[(int) (file.length() - from)];
        file.readFully(end);
        int lines = 0;
        for (int i = end.length - 2; i >= 0; i--) {
            if (end[i] == '\n' && ++lines == tail) {
                return from + i + 1;
            }
        }
        return tail == 0 ? file.length() : from;
    }
}
