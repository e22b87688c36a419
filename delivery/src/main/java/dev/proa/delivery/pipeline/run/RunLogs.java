package dev.proa.delivery.pipeline.run;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.AnyObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Reads the logs of runs from the cluster's disk, and goes on where it was. For one thread. */
public final class RunLogs {
    private final RunFiles files;
    private final Map<String, Long> printed = new HashMap<>();
    private final Map<String, Integer> steps = new HashMap<>();

    /** @param folder of runs */
    public RunLogs(Path folder) {
        files = new RunFiles(folder, 0);
    }

    /** Prints what is new of a run: {@code job | text}, with a line where a step begins. */
    public void print(AnyObject run, Consumer<String> out) throws IOException {
        ListValue jobs = run.value().map("status").list("jobs");
        for (int i = 0; i < jobs.size(); i++) {
            print(run.uid(), jobs.map(i), out);
        }
    }

    private void print(String run, MapValue job, Consumer<String> out) throws IOException {
        String id = job.string("id");
        Path log = files.log(run, id);
        if (!Files.exists(log)) {
            return;
        }
        long skip = printed.getOrDefault(id, 0L);
        long number = 0;
        try (BufferedReader lines = Files.newBufferedReader(log)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (number++ >= skip) {
                    JobLog.Line.parse(line).ifPresent(one -> print(job, one, out));
                }
            }
        }
        printed.put(id, number);
    }

    private void print(MapValue job, JobLog.Line line, Consumer<String> out) {
        String prefix = job.string("name") + " | ";
        if (!Optional.of(line.step()).equals(Optional.ofNullable(steps.put(job.string("id"), line.step())))) {
            ListValue all = job.list("steps");
            String step = line.step() <= all.size() ? all.map(line.step() - 1).string("name") : "";
            out.accept(prefix + "==> " + step);
        }
        out.accept(prefix + line.time().toString().substring(11, 19) + " " + line.text());
    }
}
