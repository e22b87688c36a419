package dev.proa.bench;

import dev.proa.bench.Line.Figure;
import dev.proa.client.clock.Clock;
import dev.proa.cluster.Cluster;
import dev.proa.cluster.ClusterConfig;
import dev.proa.embedded.ApiServerConfig;
import dev.proa.embedded.EmbeddedApiServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Measures Proa beside the real control plane in one run, prints the table and writes it into {@code docs/benchmarks.md}.
 *
 * <p>Arguments: the checkout (with a built {@code ./proa}), then perhaps a {@link Choice} of lines, then those for the load generator, if
 * others than {@code -pods 1000}. A table of the document is written only when all of its lines were measured beside the real one. The environment variable {@code REFERENCE} names the script that starts the real one and generates the load;
 * without it only starts and idle memory are measured, and the document is left as it is.
 */
public final class Bench {
    private static final int NODES = 100;
    private static final int STARTS = 5;
    private static final Duration IDLE = Duration.ofSeconds(45);
    private static final List<String> USUAL_LOAD = List.of("-pods", "1000");

    private final Path checkout;
    private final Path work;
    private final List<Line> lines = new ArrayList<>();

    private Bench(Path checkout, Path work) {
        this.checkout = checkout;
        this.work = work;
    }

    /** Runs everything; ends with an exception that says what failed. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path checkout = Path.of(arguments.length > 0 ? arguments[0] : ".").toRealPath();
        Choice choice = Choice.parse(Arrays.asList(arguments).subList(Math.min(1, arguments.length), arguments.length));
        List<String> load = choice.load().isEmpty() ? USUAL_LOAD : choice.load();
        String reference = System.getenv("REFERENCE");
        Path work = Files.createTempDirectory("proa-bench");
        try (Readiness readiness = new Readiness();
                RealControlPlane real = reference == null ? null : real(Path.of(reference))) {
            new Bench(checkout, work).run(readiness, real, choice.with(load));
        } finally {
            remove(work);
        }
        System.exit(0); // threads of the clusters in this JVM do not hold it up
    }

    private static RealControlPlane real(Path script) throws IOException {
        String cache = System.getenv("XDG_CACHE_HOME");
        return new RealControlPlane(
                script,
                RealControlPlane.home(
                        cache == null ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(cache)));
    }

    private void run(Readiness readiness, @Nullable RealControlPlane real, Choice choice)
            throws IOException, InterruptedException {
        RealControlPlane comparator = choice.alone() ? null : real;
        if (choice.has(Choice.Part.STARTS)) {
            Figure realStart = starts(readiness, comparator);
            warmStart();
            embeddedStart(realStart);
        }
        if (choice.has(Choice.Part.IDLE)) {
            idle(readiness, comparator);
        }
        if (choice.has(Choice.Part.AUTHORIZER)) {
            say("authorizing");
            Path its = checkout.resolve("bench").resolve("authorizer");
            AuthorizerWork.run(comparator == null ? null : its).forEach(this::add);
        }
        if (real != null && choice.works()) {
            work(readiness, real, choice);
        }
        if (choice.has(Choice.Part.SCHEDULER)) {
            say("scheduling; this takes minutes");
            new SchedulerComparison(this::add).run(checkout, directory(), readiness, comparator, choice);
        }
        if (choice.has(Choice.Part.WORKLOADS)) {
            say("running workloads; this takes minutes");
            workloads(readiness, comparator, new WorkloadsWork(choice.jobs(), choice.replicas()));
        }
        String table = Report.table(lines);
        System.out.println();
        System.out.print(table);
        if (real == null) {
            System.out.println(
                    "\nFor the work of a server under load, and its comparator, set REFERENCE; see bench/run.");
            return;
        }
        Path document = checkout.resolve("docs").resolve("benchmarks.md");
        if (choice.everything()) {
            Report.FIGURES.write(document, figures(table));
        } else if (choice.allOfPods()) {
            Report.PODS.write(document, figures(table));
        }
    }

    private static String figures(String table) {
        return "Measured on " + LocalDate.now(ZoneOffset.UTC) + " with "
                + Runtime.getRuntime().availableProcessors() + " processors, Java "
                + Runtime.version().feature() + ", on loopback; the load generator used the same processors.\n\n"
                + table;
    }

    /** @return the start of the real control plane */
    private @Nullable Figure starts(Readiness readiness, @Nullable RealControlPlane real)
            throws IOException, InterruptedException {
        say("starting, " + STARTS + " times");
        List<Duration> ready = new ArrayList<>();
        List<Duration> nodes = new ArrayList<>();
        for (int i = 0; i < STARTS; i++) {
            try (ProaServer proa = ProaServer.start(checkout, directory(), 1)) {
                ready.add(readiness.await(proa.port(), proa.started()));
                nodes.add(proa.awaitNodes());
            }
        }
        Figure comparator = null;
        if (real != null) {
            real.prepare();
            List<Duration> its = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                its.add(real.start(readiness));
                real.close();
            }
            comparator = seconds(median(its));
        }
        add(new Line("process start to `/readyz`", seconds(median(ready)), comparator));
        add(new Line("process start to a Ready node, empty directory", seconds(median(nodes)), null));
        return comparator;
    }

    private void warmStart() throws IOException, InterruptedException {
        say("starting in a warm JVM");
        List<Duration> took = new ArrayList<>();
        for (int i = 0; i < 2 * STARTS; i++) {
            ClusterConfig config = ClusterConfig.inMemory(directory(), 1, ClusterConfig.Runtime.SIMULATED);
            long start = System.nanoTime();
            try (Cluster cluster = Cluster.start(config)) {
                took.add(Duration.ofNanos(System.nanoTime() - start));
            }
        }
        add(new Line("start to a Ready node in a warm JVM", seconds(median(took.subList(STARTS, took.size()))), null));
    }

    /** An API server alone, as tests embed it: the third start of a JVM, beside the real one's process. */
    private void embeddedStart(@Nullable Figure real) {
        say("starting an embedded API server");
        ApiServerConfig config = ApiServerConfig.inMemory(Clock.system()).listeningOn("127.0.0.1", 0);
        Duration took = Duration.ZERO;
        for (int i = 0; i < 3; i++) {
            long start = System.nanoTime();
            try (EmbeddedApiServer server = EmbeddedApiServer.start(config)) {
                took = Duration.ofNanos(System.nanoTime() - start);
            }
        }
        add(new Line("third start of an embedded API server in a JVM, with HTTPS (limit 0.3 s)", seconds(took), real));
    }

    private void idle(Readiness readiness, @Nullable RealControlPlane real) throws IOException, InterruptedException {
        say("idling for " + IDLE.toSeconds() + " s");
        try (ProaServer proa = ProaServer.start(checkout, directory(), 1)) {
            proa.awaitNodes();
            if (real != null) {
                real.start(readiness);
            }
            Thread.sleep(IDLE);
            add(new Line(
                    "resident, idle after 45 s (Proa with a node, the real one without)",
                    megabytes(List.of(proa.pid())),
                    real == null ? null : megabytes(real.pids())));
        }
    }

    private void work(Readiness readiness, RealControlPlane real, Choice choice)
            throws IOException, InterruptedException {
        say("working; this takes minutes");
        if (!choice.alone()) {
            real.start(readiness);
            real.nodes(NODES);
        }
        try (ProaServer proa = ProaServer.start(checkout, directory(), NODES)) {
            proa.awaitNodes();
            if (choice.generates()) {
                generate(proa, real, choice);
            }
            extensions(proa, choice.alone() ? null : real, choice);
            add(new Line(
                    "resident after all this",
                    megabytes(List.of(proa.pid())),
                    choice.alone() ? null : megabytes(real.pids())));
        }
    }

    private void workloads(Readiness readiness, @Nullable RealControlPlane real, WorkloadsWork work)
            throws IOException, InterruptedException {
        if (real != null) {
            real.start(readiness);
            real.nodes(NODES);
        }
        try (ProaServer proa = ProaServer.start(checkout, directory(), NODES)) {
            proa.awaitNodes();
            try (Subject ours = Subject.of(proa.kubeconfig(), List.of(proa.pid()));
                    Subject theirs = real == null ? null : Subject.of(real.kubeconfig(), real.pids())) {
                work.warmUp(ours);
                if (theirs != null) {
                    work.warmUp(theirs);
                }
                compare(work::run, ours, theirs);
            }
        }
    }

    private void generate(ProaServer proa, RealControlPlane real, Choice choice)
            throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(choice.load());
        arguments.add("proa=" + proa.kubeconfig() + "@" + proa.pid());
        Path output = work.resolve("work");
        List<String> printed = choice.alone() ? real.measure(arguments, output) : real.compare(arguments, output);
        for (Line line : Line.parse(printed, "proa", "reference")) {
            add(line);
        }
    }

    /** What the load generator has no part for. */
    private void extensions(ProaServer proa, @Nullable RealControlPlane real, Choice choice)
            throws IOException, InterruptedException {
        try (Subject ours = Subject.of(proa.kubeconfig(), List.of(proa.pid()));
                Subject theirs = real == null ? null : Subject.of(real.kubeconfig(), real.pids())) {
            if (choice.has(Choice.Part.APPLY)) {
                compareWarm(new ApplyWork()::run, ours, theirs);
            }
            if (choice.has(Choice.Part.CUSTOM)) {
                compareWarm(new CustomResourceWork()::run, ours, theirs);
            }
            if (choice.has(Choice.Part.PROTOBUF)) {
                compareWarm(new ProtobufWork()::run, ours, theirs);
            }
            if (choice.has(Choice.Part.DEFINITIONS)) {
                compare(new DefinitionsWork()::run, ours, theirs);
            }
        }
    }

    /** As {@link #compare}, after a first round that has warmed up the client, which the first of the servers would pay for alone, and both servers. */
    private void compareWarm(Work of, Subject ours, @Nullable Subject theirs) throws InterruptedException {
        of.run(ours);
        if (theirs != null) {
            of.run(theirs);
        }
        compare(of, ours, theirs);
    }

    /** Has a work done by one server after the other. */
    private void compare(Work of, Subject ours, @Nullable Subject theirs) throws InterruptedException {
        Map<String, Figure> proa = of.run(ours);
        Map<String, Figure> real = theirs == null ? Map.of() : of.run(theirs);
        proa.forEach((work, figure) -> add(new Line(work, figure, real.get(work))));
    }

    /** Work of which each part has a figure. */
    @FunctionalInterface
    interface Work {
        Map<String, Figure> run(Subject subject) throws InterruptedException;
    }

    private void add(Line line) {
        lines.add(line);
        Figure proa = line.proa();
        Figure real = line.real();
        System.out.println(line.work() + ": " + (proa == null ? "-" : proa.text() + " " + proa.processor()) + "; real "
                + (real == null ? "-" : real.text() + " " + real.processor()));
    }

    private static void say(String what) {
        System.err.println("bench: " + what);
    }

    private Path directory() throws IOException {
        return Files.createTempDirectory(work, "run");
    }

    private static Figure megabytes(List<Long> pids) {
        long megabytes = ProcessFigures.residentMegabytes(pids);
        return Figure.of(megabytes + " MB", megabytes);
    }

    private static Figure seconds(Duration duration) {
        double seconds = duration.toNanos() / 1e9;
        return Figure.of(String.format(Locale.ROOT, "%.2f s", seconds), seconds);
    }

    private static Duration median(List<Duration> durations) {
        List<Duration> sorted = new ArrayList<>(durations);
        sorted.sort(Comparator.naturalOrder());
        return sorted.get(sorted.size() / 2);
    }

    private static void remove(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
