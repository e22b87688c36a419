package dev.proa.e2e.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.proa.e2e.Await;
import dev.proa.image.build.BuildOptions;
import dev.proa.image.build.Builder;
import dev.proa.image.build.BuiltImage;
import dev.proa.image.build.ProjectImageBuilder;
import dev.proa.image.store.ImageStore;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Each example is built as {@code proa deploy} builds it, and its image's program runs: it answers, has probes and
 * metrics, and ends by itself on SIGTERM. Downloads the packages of the examples.
 */
@Tag("extensions")
class ExamplesTest {
    private static final Path EXAMPLES = Path.of("../examples").toAbsolutePath().normalize();
    private static final Set<String> RESULTS = Set.of("target", "node_modules", "dist", "build", ".gradle");

    /** Bases are made once for all. */
    @TempDir
    static Path shared;

    @TempDir
    Path work;

    private final List<String> said = new CopyOnWriteArrayList<>();

    @ParameterizedTest
    @CsvSource({
        "go, go, main.go, Hello from Go, Hi from Go, /api/greeting",
        "go-gin, go, main.go, GET or POST, POST or GET, /",
        "node-express, npm, app.js, Short links, Shorter links, /",
        "vite-site, npm, index.html, Clock, Watch, /",
        "python-flask, python3, app.py, 'tea,coffee', 'milk,coffee', /",
        "python-fastapi, python3, app/main.py, fahrenheit\": round, f\": round, /",
        "spring-boot, java, src/main/java/com/example/stock/StockController.java, Hamburg, Kiel, /",
        "quarkus, java, src/main/java/com/example/weather/WeatherResource.java, Kiel, Hamburg, /?degrees=3&wind=40",
        "war-servlet, java, src/main/java/com/example/books/BooksServlet.java, Books to borrow, Books to read, /",
        "micronaut, java, src/main/java/com/example/tides/TideController.java, 1.5, 1.4, /?minutes=100",
        "helidon, java, src/main/java/com/example/coins/Main.java, heads, tails, /",
        "rust, cargo, src/main.rs, dice_rolls_total counter, dice_rolls_total gauge, /metrics",
    })
    void isBuiltAndRuns(String example, String tool, String file, String before, String after, String path)
            throws Exception {
        assumeTrue(System.getProperty("user.name").equals("root"), "changing the root directory needs root");
        assumeTrue(isInstalled(tool), "needs " + tool);
        Path folder = copy(EXAMPLES.resolve(example), work.resolve(example));

        BuiltImage first = timed(example + ": first build", () -> build(folder));
        assertThat(first.unchanged()).isFalse();
        assertThat(timed(example + ": nothing changed", () -> build(folder)).unchanged())
                .isTrue();
        run(first, path, example, "");

        Path source = folder.resolve(file);
        String text = Files.readString(source);
        assertThat(text).contains(before);
        Files.writeString(source, text.replace(before, after));
        BuiltImage second = timed(example + ": one line changed", () -> build(folder));
        assertThat(second.unchanged()).isFalse();
        assertThat(second.image().layers().subList(0, second.image().layers().size() - 1))
                .as("only the top layer is another one")
                .isEqualTo(
                        first.image().layers().subList(0, first.image().layers().size() - 1));
        if (example.equals("quarkus")) {
            run(second, path, example, after);
        }
    }

    private void run(BuiltImage image, String path, String example, String expected) throws Exception {
        Path here = Files.createTempDirectory(work, "run");
        try (RunningImage running = RunningImage.start(store(), image.image(), here, Map.of())) {
            try {
                HttpResponse<String> answer = Await.until(
                        example + " answers",
                        Duration.ofSeconds(20),
                        () -> running.isAlive() ? running.get(path) : null,
                        response -> response == null || response.statusCode() == 200);
                assertThat(answer).as("it has ended").isNotNull();
                assertThat(answer.body()).contains(expected);
                assertThat(running.get("/healthz").statusCode()).isEqualTo(200);
                assertThat(running.get("/readyz").statusCode()).isEqualTo(200);
                if (!example.equals("vite-site")) {
                    assertThat(running.get("/metrics").body()).contains("# TYPE");
                }
                // A JVM that has shut down after SIGTERM exits with 128 + 15.
                assertThat(running.terminate()).as("exit code").isIn(0, 143);
            } catch (AssertionError e) {
                throw new AssertionError(e.getMessage() + "\n" + running.output() + "\n" + said, e);
            }
        }
    }

    private interface Step {
        BuiltImage run() throws Exception;
    }

    private BuiltImage timed(String what, Step step) throws Exception {
        long start = System.nanoTime();
        BuiltImage image = step.run();
        System.out.println(what + ": " + (System.nanoTime() - start) / 1_000_000 + " ms");
        return image;
    }

    private BuiltImage build(Path folder) {
        return ProjectImageBuilder.build(
                folder,
                store(),
                String.valueOf(folder.getFileName()),
                BuildOptions.local(shared.resolve("cache")).withBuilder(Builder.PROJECT),
                event -> said.add(event.message()));
    }

    private static ImageStore store() {
        return ImageStore.open(shared.resolve("store"));
    }

    private static boolean isInstalled(String tool) {
        return List.of(System.getenv("PATH").split(":")).stream()
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, tool)));
    }

    private static Path copy(Path from, Path to) throws IOException {
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
                    throws IOException {
                if (RESULTS.contains(String.valueOf(directory.getFileName()))) {
                    return FileVisitResult.SKIP_SUBTREE;
                }
                Files.createDirectories(to.resolve(from.relativize(directory).toString()));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
                return FileVisitResult.CONTINUE;
            }
        });
        return to;
    }
}
