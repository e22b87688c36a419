package dev.proa.delivery.pipeline.run;

import dev.proa.delivery.pipeline.Conclusion;
import dev.proa.delivery.pipeline.run.BuiltInActions.Ended;
import java.io.IOException;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The {@code setup-} actions: they look for the toolchain in the job's image, since there is no place to download another from. A version that is not the one asked for is
 * said, and taken.
 */
final class Toolchains {
    private static final Pattern VERSION = Pattern.compile("[0-9]+(?:\\.[0-9]+)*");
    private static final String FIND_JAVA = """
            for d in "$JAVA_HOME" /usr/lib/jvm/* /opt/java/*; do
              [ -x "$d/bin/java" ] || continue
              v=$("$d/bin/java" -version 2>&1 | sed -n 's/.*version "\\([^"]*\\)".*/\\1/p')
              [ -n "$v" ] && echo "$v $d"
            done
            d=$(command -v java) && echo "$("$d" -version 2>&1 | sed -n 's/.*version "\\([^"]*\\)".*/\\1/p') ${d%/bin/java}"
            exit 0
            """;

    private Toolchains() {}

    static Ended java(JobContainer container, Map<String, String> inputs, Consumer<String> log)
            throws IOException, InterruptedException {
        String wanted = inputs.getOrDefault("java-version", "").strip();
        String chosen = "";
        for (String line : container.sh(FIND_JAVA).lines().toList()) {
            if (chosen.isEmpty() || fits(line.split(" ", 2)[0], wanted)) {
                chosen = line;
            }
            if (fits(line.split(" ", 2)[0], wanted)) {
                break;
            }
        }
        if (chosen.isEmpty() || !chosen.contains(" ")) {
            return missing("java", wanted);
        }
        String version = chosen.substring(0, chosen.indexOf(' '));
        String home = chosen.substring(chosen.indexOf(' ') + 1);
        tell("Java", wanted, version, log);
        return new Ended(
                Conclusion.SUCCESS,
                "",
                Map.of("GITHUB_ENV", "JAVA_HOME=" + home + "\n", "GITHUB_PATH", home + "/bin\n"),
                Map.of("version", version, "path", home, "distribution", inputs.getOrDefault("distribution", "")),
                Map.of());
    }

    static Ended other(
            JobContainer container,
            String program,
            String command,
            Map<String, String> inputs,
            String input,
            Consumer<String> log)
            throws IOException, InterruptedException {
        String wanted = inputs.getOrDefault(input, "").strip();
        String printed = container
                .sh("if command -v " + program + " > /dev/null 2>&1; then " + command + "; fi")
                .strip();
        if (printed.isEmpty()) {
            return missing(program, wanted);
        }
        Matcher matcher = VERSION.matcher(printed);
        String version = matcher.find() ? matcher.group() : printed;
        tell(program, wanted, version, log);
        return Ended.with(Map.of(input, version), Map.of());
    }

    private static boolean fits(String version, String wanted) {
        Matcher matcher = VERSION.matcher(wanted);
        return !matcher.find() || version.equals(matcher.group()) || version.startsWith(matcher.group() + ".");
    }

    private static void tell(String what, String wanted, String version, Consumer<String> log) {
        log.accept(what + " " + version);
        if (!fits(version, wanted)) {
            log.accept("##[warning]" + what + " " + wanted + " was asked for, the job's image has " + version
                    + "; name an image that has it by container:, or by the ConfigMap " + PipelineResources.IMAGES);
        }
    }

    private static Ended missing(String program, String wanted) {
        return Ended.failed(
                "the job's image has no " + program + (wanted.isEmpty() ? "" : " (" + wanted + " was asked for)")
                        + "; name an image that has it by container:, or by the ConfigMap " + PipelineResources.IMAGES);
    }
}
