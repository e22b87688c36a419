package dev.proa.delivery.workflow;

import dev.proa.delivery.pipeline.TriggerDecision;
import dev.proa.delivery.pipeline.TriggerEvent;
import dev.proa.delivery.workflow.expression.Values;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * When a workflow runs ({@code on}).
 *
 * @param filters by event; events without filters have {@link EventFilters#NONE}
 * @param schedules of {@code on.schedule}, in cron's syntax
 * @param inputs of {@code workflow_dispatch}
 */
record Triggers(Map<String, EventFilters> filters, List<String> schedules, Map<String, Input> inputs) {
    /** The lists of an event: empty optionals where there is none. */
    record EventFilters(
            Set<String> types,
            Optional<List<String>> branches,
            Optional<List<String>> branchesIgnore,
            Optional<List<String>> tags,
            Optional<List<String>> tagsIgnore,
            Optional<List<String>> paths,
            Optional<List<String>> pathsIgnore) {
        static final EventFilters NONE = new EventFilters(
                Set.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /**
     * An input of {@code workflow_dispatch} or {@code workflow_call}.
     *
     * @param type {@code string}, {@code boolean}, {@code number}, {@code choice} or {@code environment}
     * @param standard its default
     */
    record Input(String type, boolean required, Dynamic standard, List<String> options) {
        /** What is wrong with a value that somebody gave; empty when nothing. */
        Optional<String> wrong(String name, String value) {
            String must = switch (type) {
                case "boolean" -> value.equals("true") || value.equals("false") ? "" : "true or false";
                case "number" -> Double.isNaN(Values.number((Object) value)) ? "a number" : "";
                case "choice" -> options.contains(value) ? "" : "one of " + String.join(", ", options);
                default -> "";
            };
            return must.isEmpty()
                    ? Optional.empty()
                    : Optional.of("the input " + name + " must be " + must + ", not '" + value + "'");
        }
    }

    TriggerDecision decide(TriggerEvent event) {
        String name = event.kind().word();
        EventFilters filter = filters.get(name);
        if (filter == null) {
            return new TriggerDecision.Ignores("the workflow does not run on " + name);
        }
        if (event.deletes()) {
            return new TriggerDecision.Ignores(event.ref() + " was deleted");
        }
        return switch (event.kind()) {
            case PUSH -> ignored(pushed(filter, event));
            case PULL_REQUEST -> ignored(requested(filter, event));
            case SCHEDULE ->
                ignored(
                        schedules.contains(event.schedule())
                                ? Optional.empty()
                                : Optional.of("the workflow has no schedule " + event.schedule()));
            case DISPATCH -> dispatched(event);
        };
    }

    private static TriggerDecision ignored(Optional<String> reason) {
        return reason.<TriggerDecision>map(TriggerDecision.Ignores::new).orElse(new TriggerDecision.Runs());
    }

    private static Optional<String> pushed(EventFilters filter, TriggerEvent event) {
        boolean branches = filter.branches.isPresent() || filter.branchesIgnore.isPresent();
        boolean tags = filter.tags.isPresent() || filter.tagsIgnore.isPresent();
        Optional<String> tag = event.tag();
        if (tag.isPresent()) {
            if (branches && !tags) {
                return Optional.of("tags do not start it, only branches");
            }
            // Paths are not looked at for tags.
            return refused("tag", tag.get(), filter.tags, filter.tagsIgnore);
        }
        if (tags && !branches) {
            return Optional.of("branches do not start it, only tags");
        }
        return refused("branch", event.branch().orElse(event.ref()), filter.branches, filter.branchesIgnore)
                .or(() -> unchanged(filter, event));
    }

    private static Optional<String> requested(EventFilters filter, TriggerEvent event) {
        TriggerEvent.PullRequest request = event.pullRequest().orElseThrow();
        Set<String> types = filter.types.isEmpty() ? Set.of("opened", "synchronize", "reopened") : filter.types;
        if (!types.contains(request.action().toLowerCase(Locale.ROOT))) {
            return Optional.of("the workflow does not run on pull requests that are " + request.action());
        }
        return refused("base branch", request.base(), filter.branches, filter.branchesIgnore)
                .or(() -> unchanged(filter, event));
    }

    private static Optional<String> refused(
            String what, String name, Optional<List<String>> take, Optional<List<String>> ignore) {
        if (take.isPresent() && !Filters.of(take.get()).match(name)) {
            return Optional.of(what + " " + name + " is none of " + String.join(", ", take.get()));
        }
        if (ignore.isPresent() && Filters.of(ignore.get()).match(name)) {
            return Optional.of(what + " " + name + " is ignored by " + String.join(", ", ignore.get()));
        }
        return Optional.empty();
    }

    private static Optional<String> unchanged(EventFilters filter, TriggerEvent event) {
        if (event.changed().isEmpty()) {
            return Optional.empty();
        }
        List<String> changed = event.changed().get();
        if (filter.paths.isPresent()) {
            Filters paths = Filters.of(filter.paths.get());
            if (changed.stream().noneMatch(paths::match)) {
                return Optional.of("no changed file is one of " + String.join(", ", filter.paths.get()));
            }
        }
        if (filter.pathsIgnore.isPresent()) {
            Filters paths = Filters.of(filter.pathsIgnore.get());
            if (changed.stream().allMatch(paths::match)) {
                return Optional.of("all changed files are ignored by " + String.join(", ", filter.pathsIgnore.get()));
            }
        }
        return Optional.empty();
    }

    private TriggerDecision dispatched(TriggerEvent event) {
        for (String name : event.inputs().keySet()) {
            if (!inputs.containsKey(name)) {
                return new TriggerDecision.Refuses("the workflow has no input " + name + "; it has "
                        + (inputs.isEmpty() ? "none" : String.join(", ", inputs.keySet())));
            }
        }
        for (Map.Entry<String, Input> input : new HashMap<>(inputs).entrySet()) {
            String given = event.inputs().get(input.getKey());
            if (given == null
                    && input.getValue().required()
                    && input.getValue().standard().absent()) {
                return new TriggerDecision.Refuses("the input " + input.getKey() + " is required");
            }
            Optional<String> wrong =
                    given == null ? Optional.empty() : input.getValue().wrong(input.getKey(), given);
            if (wrong.isPresent()) {
                return new TriggerDecision.Refuses(wrong.get());
            }
        }
        return new TriggerDecision.Runs();
    }
}
