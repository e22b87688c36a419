package dev.proa.node.simulated;

import dev.proa.node.cri.RuntimeFailure;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The behaviour of a simulated container, configured by annotations of its pod. Each may be given for one container
 * alone by adding its name: {@code proa.dev/exit-code.sidecar}. Without any, a container runs until it is stopped and
 * every command succeeds.
 *
 * @param runTime {@code proa.dev/run-seconds}: how long it runs before it ends by itself (a decimal number), or null for ever
 * @param exitCode {@code proa.dev/exit-code}: what it ends with then; 0
 * @param log {@code proa.dev/log}: lines it writes to standard output when it starts
 * @param startError {@code proa.dev/start-error}: it cannot be started, with this message
 * @param ignoresTermination {@code proa.dev/ignore-term}: {@code true} makes it end only when the grace period is over
 * @param execExitCode {@code proa.dev/exec-exit-code}: what commands end with that exec runs in it, probes among them; 0
 * @param execOutput {@code proa.dev/exec-output}: what they write
 */
public record Behaviour(
        @Nullable Duration runTime,
        int exitCode,
        String log,
        @Nullable String startError,
        boolean ignoresTermination,
        int execExitCode,
        String execOutput) {
    /** The prefix of these annotations. */
    public static final String PREFIX = "proa.dev/";

    private static final Behaviour FOR_EVER = new Behaviour(null, 0, "", null, false, 0, "");

    /**
     * Reads the behaviour of a container.
     *
     * @param container its name
     * @param own the container's annotations, which win
     * @param pod the pod's
     * @throws RuntimeFailure when a number is invalid
     */
    static Behaviour of(String container, Map<String, String> own, Map<String, String> pod) {
        if (!mentions(own) && !mentions(pod)) {
            return FOR_EVER;
        }
        Reader reader = new Reader(container, own, pod);
        Duration runTime = reader.find("run-seconds")
                .map(text -> Duration.ofMillis(
                        reader.number("run-seconds", text).movePointRight(3).longValue()))
                .orElse(null);
        return new Behaviour(
                runTime,
                (int) reader.integer("exit-code"),
                reader.find("log").orElse(""),
                reader.find("start-error").orElse(null),
                reader.find("ignore-term").map(Boolean::parseBoolean).orElse(false),
                (int) reader.integer("exec-exit-code"),
                reader.find("exec-output").orElse(""));
    }

    private static boolean mentions(Map<String, String> annotations) {
        return annotations.keySet().stream().anyMatch(key -> key.startsWith(PREFIX));
    }

    private record Reader(String container, Map<String, String> own, Map<String, String> pod) {
        Optional<String> find(String name) {
            String specific = PREFIX + name + "." + container;
            String value = own.getOrDefault(specific, own.get(PREFIX + name));
            return Optional.ofNullable(value != null ? value : pod.getOrDefault(specific, pod.get(PREFIX + name)));
        }

        long integer(String name) {
            return find(name).map(text -> number(name, text).longValue()).orElse(0L);
        }

        BigDecimal number(String name, String text) {
            try {
                return new BigDecimal(text);
            } catch (NumberFormatException e) {
                throw new RuntimeFailure(
                        RuntimeFailure.Reason.INVALID_ARGUMENT,
                        "annotation " + PREFIX + name + ": \"" + text + "\" is not a number",
                        e);
            }
        }
    }
}
