package dev.proa.delivery.workflow;

import dev.proa.delivery.pipeline.Concurrency;
import dev.proa.delivery.pipeline.JobStart;
import dev.proa.delivery.pipeline.JobStart.ContainerSpec;
import dev.proa.delivery.workflow.expression.Values;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Resolves what is needed to begin a job. */
final class JobResolver {
    /** Of a job that says nothing: six hours. */
    private static final double USUAL_MINUTES = 360;

    private JobResolver() {}

    /** @throws IllegalArgumentException when something in it does not fit */
    static JobStart start(JobRun job, JobScope scope) {
        Workflow.Job spec = job.spec;
        Map<String, ContainerSpec> services = new LinkedHashMap<>();
        if (spec.services().value(scope) instanceof Map<?, ?> map) {
            map.forEach((name, value) -> container(value).ifPresent(one -> services.put((String) name, one)));
        }
        Object given = spec.timeout().value(scope);
        double minutes = given == null ? USUAL_MINUTES : Values.number(given);
        if (!(minutes > 0)) {
            throw new IllegalArgumentException("timeout-minutes must be a number above 0, not " + Values.text(given));
        }
        Object environment = spec.environment().constant() || !(spec.environment() instanceof Dynamic.Entries entries)
                ? spec.environment().value(scope)
                : entries.entries()
                        .getOrDefault("name", Dynamic.Constant.NOTHING)
                        .value(scope);
        return new JobStart(
                job.id,
                job.name,
                1,
                labels(spec.runsOn().value(scope)),
                container(spec.container().value(scope)),
                services,
                Duration.ofMillis((long) (minutes * 60_000)),
                concurrency(spec.concurrency(), scope),
                Values.text(environment instanceof Map<?, ?> map ? map.get("name") : environment),
                spec.permissions().isEmpty() ? job.invocation.workflow().permissions() : spec.permissions());
    }

    /** The labels of {@code runs-on}: a text, a list, or a map with {@code group} and {@code labels}. */
    static List<String> labels(@Nullable Object runsOn) {
        List<String> labels = switch (runsOn) {
            case List<?> list -> list.stream().map(Values::text).toList();
            case Map<?, ?> map -> labels(map.get("labels"));
            case null -> List.of();
            default -> List.of(Values.text(runsOn));
        };
        return labels.stream().filter(label -> !label.isEmpty()).toList();
    }

    /** A container; empty when it has no image, as one that an expression leaves out. */
    static Optional<ContainerSpec> container(@Nullable Object value) {
        if (!(value instanceof Map<?, ?> map)) {
            String image = Values.text(value);
            return image.isEmpty() ? Optional.empty() : Optional.of(new ContainerSpec(image(image)));
        }
        String image = Values.text(map.get("image"));
        if (image.isEmpty()) {
            return Optional.empty();
        }
        Map<String, String> env = new LinkedHashMap<>();
        if (map.get("env") instanceof Map<?, ?> entries) {
            entries.forEach((name, text) -> env.put((String) name, Values.text(text)));
        }
        Map<?, ?> credentials = map.get("credentials") instanceof Map<?, ?> entries ? entries : Map.of();
        return Optional.of(new ContainerSpec(
                image(image),
                env,
                texts(map.get("ports")),
                texts(map.get("volumes")),
                Values.text(map.get("options")),
                Values.text(credentials.get("username")),
                Values.text(credentials.get("password")),
                words(map.get("entrypoint")),
                words(map.get("command"))));
    }

    private static String image(String image) {
        return image.startsWith("docker://") ? image.substring("docker://".length()) : image;
    }

    private static List<String> texts(@Nullable Object value) {
        return value instanceof List<?> list ? list.stream().map(Values::text).toList() : List.of();
    }

    private static List<String> words(@Nullable Object value) {
        List<String> words = new ArrayList<>();
        for (String word : Values.text(value).strip().split("\\s+")) {
            if (!word.isEmpty()) {
                words.add(word);
            }
        }
        return words;
    }

    /** The group of a workflow or a job: a text, or a map with {@code group} and {@code cancel-in-progress}. */
    static Optional<Concurrency> concurrency(Dynamic spec, JobScope scope) {
        Object value = spec.value(scope);
        String group = Values.text(value instanceof Map<?, ?> map ? map.get("group") : value);
        boolean cancel = value instanceof Map<?, ?> map
                && Values.text(map.get("cancel-in-progress")).equals("true");
        return group.isEmpty() ? Optional.empty() : Optional.of(new Concurrency(group, cancel));
    }
}
