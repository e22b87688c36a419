package dev.proa.delivery.workflow;

import dev.proa.api.cron.CronSchedule;
import dev.proa.delivery.pipeline.yaml.YamlNode;
import dev.proa.delivery.pipeline.yaml.YamlReader;
import dev.proa.delivery.workflow.Triggers.EventFilters;
import dev.proa.delivery.workflow.Triggers.Input;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads {@code on}. */
final class TriggersReader {
    /** The events that GitHub knows and that never happen here are let pass. */
    private static final Set<String> EVENTS = Set.of(
            "push",
            "pull_request",
            "pull_request_target",
            "schedule",
            "workflow_dispatch",
            "workflow_call",
            "workflow_run",
            "repository_dispatch",
            "release",
            "issues",
            "issue_comment",
            "create",
            "delete",
            "deployment",
            "deployment_status",
            "fork",
            "gollum",
            "label",
            "merge_group",
            "milestone",
            "page_build",
            "public",
            "registry_package",
            "status",
            "watch",
            "pull_request_review",
            "pull_request_review_comment",
            "discussion",
            "discussion_comment",
            "check_run",
            "check_suite",
            "branch_protection_rule",
            "project",
            "project_card",
            "project_column",
            "image_version");

    private static final Set<String> INPUT_TYPES = Set.of("string", "boolean", "number", "choice", "environment");

    private final YamlReader reader;
    private final Scalars scalars;
    private final Map<String, EventFilters> filters = new LinkedHashMap<>();
    private final List<String> schedules = new ArrayList<>();
    private Map<String, Input> dispatchInputs = Map.of();
    Optional<Map<String, Input>> callInputs = Optional.empty();
    Map<String, Boolean> callSecrets = new LinkedHashMap<>();
    Map<String, Dynamic> callOutputs = new LinkedHashMap<>();

    TriggersReader(YamlReader reader, Scalars scalars) {
        this.reader = reader;
        this.scalars = scalars;
    }

    Triggers read(@Nullable YamlNode on) {
        if (on instanceof YamlNode.Mapping map) {
            map.entries().forEach((event, node) -> event(event, node, map.keyPlace(event)));
        } else if (on != null) {
            for (YamlNode event : reader.items(on)) {
                event(reader.text(event, "an event"), null, event.place());
            }
        }
        return new Triggers(Map.copyOf(filters), List.copyOf(schedules), dispatchInputs);
    }

    private void event(String name, @Nullable YamlNode node, YamlNode.Place place) {
        if (!EVENTS.contains(name)) {
            reader.problem(place, "unknown event '" + name + "'");
            return;
        }
        filters.put(name, EventFilters.NONE);
        switch (name) {
            case "schedule" -> schedule(node, place);
            case "workflow_dispatch" -> {
                YamlNode.Mapping map = reader.mapping(node, name);
                reader.knows(map, name, Set.of("inputs"));
                dispatchInputs = inputs(map.get("inputs"), Scalars.Where.NOWHERE);
            }
            case "workflow_call" -> call(reader.mapping(node, name));
            case "push", "pull_request", "pull_request_target" ->
                filters.put(name, filtered(reader.mapping(node, name), name));
            default -> {}
        }
    }

    private EventFilters filtered(YamlNode.Mapping map, String event) {
        Set<String> keys = event.equals("push")
                ? Set.of("branches", "branches-ignore", "tags", "tags-ignore", "paths", "paths-ignore")
                : Set.of("types", "branches", "branches-ignore", "paths", "paths-ignore");
        reader.knows(map, event, keys);
        for (String list : List.of("branches", "tags", "paths")) {
            if (map.get(list) != null && map.get(list + "-ignore") != null) {
                reader.problem(
                        map.keyPlace(list + "-ignore"),
                        "use either " + list + " or " + list + "-ignore; patterns with ! in " + list
                                + " take out again");
            }
        }
        return new EventFilters(
                Set.copyOf(reader.texts(map.get("types"), "types")),
                patterns(map, "branches"),
                patterns(map, "branches-ignore"),
                patterns(map, "tags"),
                patterns(map, "tags-ignore"),
                patterns(map, "paths"),
                patterns(map, "paths-ignore"));
    }

    private Optional<List<String>> patterns(YamlNode.Mapping map, String key) {
        YamlNode node = map.get(key);
        if (node == null) {
            return Optional.empty();
        }
        List<String> patterns = reader.texts(node, key);
        try {
            Filters.of(patterns);
        } catch (IllegalArgumentException e) {
            reader.problem(node.place(), String.valueOf(e.getMessage()));
            return Optional.empty();
        }
        if (!patterns.isEmpty() && patterns.stream().allMatch(pattern -> pattern.startsWith("!"))) {
            reader.problem(node.place(), "patterns with ! take out of others; there must be one without !");
        }
        return Optional.of(patterns);
    }

    private void schedule(@Nullable YamlNode node, YamlNode.Place place) {
        List<YamlNode> items = reader.items(node);
        if (items.isEmpty()) {
            reader.problem(place, "schedule needs a list of cron expressions, as: - cron: '0 4 * * *'");
        }
        for (YamlNode item : items) {
            YamlNode.Mapping map = reader.mapping(item, "schedule");
            reader.knows(map, "schedule", Set.of("cron", "timezone"));
            String cron = reader.text(map.get("cron"), "cron");
            try {
                CronSchedule.parse(cron, java.time.ZoneOffset.UTC);
                schedules.add(cron);
            } catch (IllegalArgumentException e) {
                reader.problem(item.place(), "the cron expression '" + cron + "' is invalid: " + e.getMessage());
            }
        }
    }

    private void call(YamlNode.Mapping map) {
        reader.knows(map, "workflow_call", Set.of("inputs", "outputs", "secrets"));
        callInputs = Optional.of(inputs(map.get("inputs"), Scalars.Where.RUN));
        reader.mapping(map.get("secrets"), "secrets").entries().forEach((name, node) -> {
            YamlNode.Mapping secret = reader.mapping(node, "the secret " + name);
            reader.knows(secret, "the secret " + name, Set.of("description", "required"));
            callSecrets.put(name, reader.bool(secret.get("required"), "required", false));
        });
        reader.mapping(map.get("outputs"), "outputs").entries().forEach((name, node) -> {
            YamlNode.Mapping output = reader.mapping(node, "the output " + name);
            reader.knows(output, "the output " + name, Set.of("description", "value"));
            callOutputs.put(name, scalars.dynamic(output.get("value"), Scalars.Where.CALL_OUTPUTS));
        });
    }

    private Map<String, Input> inputs(@Nullable YamlNode node, Scalars.Where where) {
        Map<String, Input> inputs = new LinkedHashMap<>();
        reader.mapping(node, "inputs").entries().forEach((name, value) -> {
            YamlNode.Mapping input = reader.mapping(value, "the input " + name);
            reader.knows(
                    input,
                    "the input " + name,
                    Set.of("description", "type", "required", "default", "options", "deprecationMessage"));
            String type = input.get("type") == null ? "string" : reader.text(input.get("type"), "type");
            if (!INPUT_TYPES.contains(type)) {
                reader.problem(
                        input.keyPlace("type"),
                        "unknown type '" + type + "'; types are "
                                + String.join(
                                        ", ", INPUT_TYPES.stream().sorted().toList()));
            }
            List<String> options = reader.texts(input.get("options"), "options");
            if (type.equals("choice") && options.isEmpty()) {
                reader.problem(input.keyPlace("type"), "a choice needs options");
            }
            inputs.put(
                    name,
                    new Input(
                            type,
                            reader.bool(input.get("required"), "required", false),
                            scalars.dynamic(input.get("default"), where),
                            options));
        });
        return inputs;
    }
}
