package dev.proa.bench;

import dev.proa.image.build.BuildOptions;
import dev.proa.image.build.ProjectImageBuilder;
import dev.proa.image.store.ImageStore;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Measures {@code proa dev}: changes a line of an example twenty times, and asks its URL until the new version answers. Prints a table.
 *
 * <p>Arguments: {@code prepare}, which builds the examples, or {@code measure}; the checkout with a built {@code ./proa}; a folder with a
 * copy of the examples; perhaps the names of some. See {@code bench/loop}.
 */
public final class Loop {
    private static final int CHANGES = 20;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    /** Not shorter, since each request costs the processors that build. */
    private static final Duration ASKED_AGAIN = Duration.ofMillis(20);

    private static final Path NOWHERE = Path.of("/dev/null");
    private static final Pattern URL = Pattern.compile("http://localhost:(\\d+) leads to ");

    private final Path checkout;
    private final Path work;

    private volatile @Nullable Process dev;

    private Loop(Path checkout, Path work) {
        this.checkout = checkout;
        this.work = work;
    }

    /** What was measured of an example. */
    private record Measured(LoopExample example, Duration first, List<Duration> seen, int unanswered) {
        String row() {
            List<Duration> sorted = seen.stream().sorted().toList();
            return String.format(
                    Locale.ROOT,
                    "| %s | %s | %s | %s | %d of %d | %d |",
                    example.folder(),
                    seconds(first),
                    sorted.isEmpty() ? "-" : seconds(sorted.get(sorted.size() / 2)),
                    sorted.isEmpty() ? "-" : seconds(sorted.getLast()),
                    seen.size(),
                    CHANGES,
                    unanswered);
        }
    }

    /** Runs a phase; ends with 1 when a change was lost. */
    public static void main(String[] arguments) throws Exception {
        Loop loop = new Loop(Path.of(arguments[1]), Path.of(arguments[2]));
        List<LoopExample> examples = LoopExample.named(Arrays.asList(arguments).subList(3, arguments.length));
        if (arguments[0].equals("prepare")) {
            examples.forEach(loop::build);
        } else {
            System.exit(loop.measure(examples) ? 0 : 1);
        }
    }

    private Path home() {
        return work.resolve("home");
    }

    private Path examples() {
        return work.resolve("examples");
    }

    private void build(LoopExample example) {
        long began = System.nanoTime();
        ProjectImageBuilder.build(
                examples().resolve(example.folder()),
                ImageStore.open(home().resolve("clusters").resolve("proa").resolve("images")),
                example.folder(),
                BuildOptions.local(home().resolve("cache")),
                event -> {});
        System.err.println("  " + example.folder() + " built in " + seconds(since(began)));
    }

    private boolean measure(List<LoopExample> examples) throws IOException, InterruptedException {
        List<Measured> all = new ArrayList<>();
        Runtime.getRuntime().addShutdownHook(new Thread(this::leaveNothing)); // also after Ctrl-C
        end(proa(NOWHERE, "up"), PATIENCE);
        for (LoopExample example : examples) {
            Measured measured = measure(example);
            System.err.println("  " + measured.row());
            all.add(measured);
        }
        System.out.println(
                "| example | command to first answer | changed line to its answer, median | slowest | changes seen "
                        + "| requests without answer |\n|---|---|---|---|---|---|");
        all.forEach(measured -> System.out.println(measured.row()));
        return all.stream().allMatch(measured -> measured.seen().size() == CHANGES);
    }

    private void leaveNothing() {
        try {
            Process last = dev;
            if (last != null) {
                last.destroy();
                end(last, PATIENCE);
            }
            end(proa(NOWHERE, "down", "--delete-data"), PATIENCE);
        } catch (IOException | InterruptedException e) {
            System.err.println("  the cluster in " + home() + " may be left running: " + e);
        }
    }

    private Measured measure(LoopExample example) throws IOException, InterruptedException {
        Path output = work.resolve(example.folder() + ".txt");
        String original = example.original(examples());
        long began = System.nanoTime();
        Process session =
                proa(output, "dev", examples().resolve(example.folder()).toString(), "--cleanup");
        dev = session;
        try {
            int port = port(output, session);
            int[] unanswered = new int[1];
            if (!awaitAnswer(port, example.path(), "", began, new int[1])) {
                throw new IllegalStateException(example.folder() + " did not answer:\n" + Files.readString(output));
            }
            Duration first = since(began);
            await(output, session, Pattern.compile("watching "));
            List<Duration> seen = new ArrayList<>();
            for (int edition = 1; edition <= CHANGES; edition++) {
                Thread.sleep(PAUSE);
                String content = example.content(original, edition);
                long changed = System.nanoTime();
                Files.writeString(example.file(examples()), content);
                if (awaitAnswer(port, example.path(), LoopExample.mark(edition), changed, unanswered)) {
                    seen.add(since(changed));
                } else {
                    System.err.println("  " + example.folder() + ", change " + edition + " was lost; said:\n"
                            + Files.readString(output));
                }
            }
            return new Measured(example, first, seen, unanswered[0]);
        } finally {
            session.destroy();
            end(session, PATIENCE);
        }
    }

    private Process proa(Path output, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(checkout.resolve("proa").toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().put("PROA_HOME", home().toString());
        builder.environment().put("KUBECONFIG", home().resolve("kubeconfig").toString());
        builder.environment().put("PROA_NO_BUILD", "1");
        return builder.start();
    }

    private static void end(Process process, Duration atMost) throws InterruptedException {
        if (!process.waitFor(atMost.toSeconds(), TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }

    private static int port(Path output, Process dev) throws IOException, InterruptedException {
        return Integer.parseInt(await(output, dev, URL).group(1));
    }

    /** Waits until the session has said something. */
    private static Matcher await(Path output, Process dev, Pattern wanted) throws IOException, InterruptedException {
        long began = System.nanoTime();
        while (since(began).compareTo(PATIENCE) < 0) {
            Matcher matcher = wanted.matcher(Files.readString(output));
            if (matcher.find()) {
                return matcher;
            }
            if (dev.waitFor(5, TimeUnit.MILLISECONDS)) {
                break;
            }
        }
        throw new IllegalStateException("proa dev did not say " + wanted + ", but:\n" + Files.readString(output));
    }

    /** Asks until an answer contains a text; counts the requests that have no good answer. */
    private static boolean awaitAnswer(int port, String path, String wanted, long began, int[] unanswered)
            throws InterruptedException {
        while (since(began).compareTo(PATIENCE) < 0) {
            String answer = ask(port, path);
            if (!answer.startsWith("HTTP/1.1 200")) {
                unanswered[0]++;
            } else if (answer.contains(wanted)) {
                return true;
            }
            Thread.sleep(ASKED_AGAIN);
        }
        return false;
    }

    /** The answer with its head; empty when there is none. Never asks twice, as the JDK's clients do. */
    private static String ask(int port, String path) {
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(10_000);
            socket.connect(new InetSocketAddress("127.0.0.1", port), 5_000);
            socket.getOutputStream()
                    .write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "";
        }
    }

    private static Duration since(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }

    private static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.2f s", duration.toMillis() / 1000.0);
    }
}
