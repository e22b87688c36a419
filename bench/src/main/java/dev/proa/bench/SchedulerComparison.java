package dev.proa.bench;

import dev.proa.bench.Line.Figure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Has both schedulers do the same, in turn, in clusters whose nodes are objects only. Proa is one process, in which its scheduler is;
 * the lines of decisions compare it as a whole with the process of kube-scheduler alone, the others with all processes of the real one.
 */
final class SchedulerComparison {
    private final Consumer<Line> lines;

    SchedulerComparison(Consumer<Line> lines) {
        this.lines = lines;
    }

    /**
     * Starts both, has them work, and ends them.
     *
     * @param home an empty directory for Proa that the caller removes
     * @param real null to measure Proa alone; it does not run
     */
    void run(Path checkout, Path home, Readiness readiness, @Nullable RealControlPlane real, Choice choice)
            throws IOException, InterruptedException {
        try (ProaServer proa = ProaServer.startWithoutKubelets(checkout, home);
                RealControlPlane without = real == null ? null : real.withoutKubelets()) {
            proa.awaitNodes();
            if (without != null) {
                without.start(readiness);
            }
            List<Long> pids = List.of(proa.pid());
            try (Subject ours = Subject.of(proa.kubeconfig(), pids);
                    Subject theirs = without == null ? null : Subject.of(without.kubeconfig(), without.pids())) {
                compare(
                        new SchedulerWork(ours, ours::metrics, pids),
                        without == null || theirs == null
                                ? null
                                : new SchedulerWork(
                                        theirs,
                                        () -> without.schedulerMetrics(readiness),
                                        List.of(without.scheduler())),
                        choice);
                lines.accept(new Line(
                        "resident after the scheduler's work", memory(ours), theirs == null ? null : memory(theirs)));
            }
        }
    }

    private void compare(SchedulerWork ours, @Nullable SchedulerWork theirs, Choice choice)
            throws InterruptedException {
        int few = Collections.min(choice.nodes());
        ours.prepare();
        ours.run(SchedulerShape.BASIC, few);
        if (theirs != null) {
            theirs.prepare();
            theirs.run(SchedulerShape.BASIC, few);
        }
        for (int nodes : choice.nodes()) {
            for (SchedulerShape shape : choice.shapes()) {
                Map<String, Figure> real = theirs == null ? Map.of() : theirs.run(shape, nodes);
                ours.run(shape, nodes).forEach((work, figure) -> lines.accept(new Line(work, figure, real.get(work))));
            }
        }
    }

    private static Figure memory(Subject subject) {
        long megabytes = subject.residentMegabytes();
        return Figure.of(megabytes + " MB", megabytes);
    }
}
