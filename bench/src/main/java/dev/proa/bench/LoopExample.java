package dev.proa.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** An example of the project, and the line of it that is changed to see how long that takes. */
enum LoopExample {
    GO("main.go", "\"greeting\": s.greeting", "\"greeting\": s.greeting + \"EDITION\"", "/api/greeting"),
    NODE_EXPRESS("app.js", "\"Short links\"", "\"EDITION\"", "/"),
    PYTHON_FLASK("app.py", "jsonify({choice:", "jsonify({\"edition\": \"EDITION\"} | {choice:", "/"),
    PYTHON_FASTAPI("app/main.py", "{\"fahrenheit\":", "{\"edition\": \"EDITION\", \"fahrenheit\":", "/"),
    RUST("src/main.rs", "format!(\"{}\\n\", roll(sides)) }))", "format!(\"{} EDITION\\n\", roll(sides)) }))", "/"),
    HELLO(
            "src/main/java/dev/proa/examples/hello/service/GreetingService.java",
            "settings.current().greeting(), host",
            "settings.current().greeting() + \"EDITION\", host",
            "/"),
    SPRING_BOOT(
            "src/main/java/com/example/stock/StockController.java",
            "\"warehouse\", warehouse,",
            "\"warehouse\", warehouse + \"EDITION\",",
            "/"),
    QUARKUS(
            "src/main/java/com/example/weather/WeatherResource.java",
            "new Weather(place,",
            "new Weather(place + \"EDITION\",",
            "/"),
    VITE_SITE("index.html", "<title>Clock", "<title>EDITION", "/");

    private final String file;
    private final String before;
    private final String after;
    private final String path;

    LoopExample(String file, String before, String after, String path) {
        this.file = file;
        this.before = before;
        this.after = after;
        this.path = path;
    }

    /** Those with these names; all when there are none. */
    static List<LoopExample> named(List<String> names) {
        return names.isEmpty()
                ? Arrays.asList(values())
                : names.stream()
                        .map(name -> valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_')))
                        .toList();
    }

    /** Its name, which is that of its folder. */
    String folder() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The path of the URL at which an edition is seen. */
    String path() {
        return path;
    }

    /** What an answer of an edition contains, and no other. */
    static String mark(int edition) {
        return "edition-" + edition + ".";
    }

    /** What the changed file has in an edition. */
    String content(String original, int edition) {
        if (!original.contains(before)) {
            throw new IllegalStateException(folder() + "/" + file + " has no " + before + ": adapt LoopExample");
        }
        return original.replace(before, after.replace("EDITION", mark(edition)));
    }

    /** The file that is changed, in a copy of the examples. */
    Path file(Path examples) {
        return examples.resolve(folder()).resolve(file);
    }

    /** The file as it is. */
    String original(Path examples) throws IOException {
        return Files.readString(file(examples));
    }
}
