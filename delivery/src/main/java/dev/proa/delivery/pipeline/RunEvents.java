package dev.proa.delivery.pipeline;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Events of runs as values and back: an object with {@code type}, {@code at} and the fields of the event. */
public final class RunEvents {
    private RunEvents() {}

    /** An event as a value. */
    public static MapValue toValue(RunEvent event) {
        MapValue.Builder value = MapValue.builder()
                .put("type", event.getClass().getSimpleName())
                .put("at", event.at().toString());
        switch (event) {
            case RunEvent.JobStarted it -> value.put("job", it.job()).put("runner", runner(it.runner()));
            case RunEvent.StepStarted it -> value.put("job", it.job()).put("step", it.step());
            case RunEvent.StepEnded it ->
                value.put("job", it.job())
                        .put("step", it.step())
                        .put("outcome", it.outcome().name())
                        .putIfPresent("message", it.message().isEmpty() ? null : it.message())
                        .putIfPresent("files", unlessEmpty(it.files()))
                        .putIfPresent("outputs", unlessEmpty(it.outputs()))
                        .putIfPresent("state", unlessEmpty(it.state()));
            case RunEvent.FilesHashed it ->
                value.put("job", it.job())
                        .put("patterns", ListValue.copyOf(it.patterns()))
                        .put("hash", it.hash());
            case RunEvent.JobEnded it ->
                value.put("job", it.job())
                        .put("conclusion", it.conclusion().name())
                        .put("message", it.message());
            case RunEvent.JobPlayed it -> value.put("job", it.job()).put("variables", strings(it.variables()));
            case RunEvent.RunCancelled it -> value.put("reason", it.reason());
            case RunEvent.TimePassed _ -> {}
        }
        return value.build();
    }

    /**
     * Reads what {@link #toValue} wrote.
     *
     * @throws IllegalArgumentException when it is nothing of that kind
     */
    public static RunEvent fromValue(@Nullable Object saved) {
        if (!(saved instanceof MapValue value)) {
            throw new IllegalArgumentException("not an event of a run: " + saved);
        }
        Instant at = Instant.parse(value.string("at"));
        String job = value.string("job");
        return switch (value.string("type")) {
            case "JobStarted" -> new RunEvent.JobStarted(at, job, runner(value.map("runner")));
            case "StepStarted" -> new RunEvent.StepStarted(at, job, value.string("step"));
            case "StepEnded" ->
                new RunEvent.StepEnded(
                        at,
                        job,
                        value.string("step"),
                        Conclusion.valueOf(value.string("outcome")),
                        value.string("message"),
                        strings(value.map("files")),
                        strings(value.map("outputs")),
                        strings(value.map("state")));
            case "FilesHashed" ->
                new RunEvent.FilesHashed(at, job, texts(value.list("patterns")), value.string("hash"));
            case "JobEnded" ->
                new RunEvent.JobEnded(at, job, Conclusion.valueOf(value.string("conclusion")), value.string("message"));
            case "JobPlayed" -> new RunEvent.JobPlayed(at, job, strings(value.map("variables")));
            case "RunCancelled" -> new RunEvent.RunCancelled(at, value.string("reason"));
            case "TimePassed" -> new RunEvent.TimePassed(at);
            default -> throw new IllegalArgumentException("not an event of a run: " + value);
        };
    }

    private static MapValue runner(RunnerFacts facts) {
        MapValue.Builder ports = MapValue.builder();
        facts.servicePorts().forEach((service, mapped) -> ports.put(service, strings(mapped)));
        return MapValue.builder()
                .put("name", facts.name())
                .put("os", facts.os())
                .put("arch", facts.arch())
                .put("workspace", facts.workspace())
                .put("temp", facts.temp())
                .put("toolCache", facts.toolCache())
                .put("home", facts.home())
                .put("servicePorts", ports.build())
                .build();
    }

    private static RunnerFacts runner(MapValue value) {
        Map<String, Map<String, String>> ports = new LinkedHashMap<>();
        MapValue services = value.map("servicePorts");
        for (Map.Entry<String, @Nullable Object> service : services) {
            ports.put(service.getKey(), strings(services.map(service.getKey())));
        }
        return new RunnerFacts(
                value.string("name"),
                value.string("os"),
                value.string("arch"),
                value.string("workspace"),
                value.string("temp"),
                value.string("toolCache"),
                value.string("home"),
                ports);
    }

    private static @Nullable MapValue unlessEmpty(Map<String, String> map) {
        return map.isEmpty() ? null : strings(map);
    }

    static MapValue strings(Map<String, String> map) {
        MapValue.Builder value = MapValue.builder();
        map.forEach(value::put);
        return value.build();
    }

    static Map<String, String> strings(MapValue value) {
        Map<String, String> map = new LinkedHashMap<>();
        for (Map.Entry<String, @Nullable Object> entry : value) {
            map.put(entry.getKey(), value.string(entry.getKey()));
        }
        return map;
    }

    static List<String> texts(ListValue list) {
        return list.stream().map(String::valueOf).toList();
    }
}
