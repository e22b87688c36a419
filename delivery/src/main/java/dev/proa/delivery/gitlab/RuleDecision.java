package dev.proa.delivery.gitlab;

import dev.proa.delivery.gitlab.GitlabJob.Need;
import dev.proa.delivery.gitlab.GitlabJob.Refs;
import dev.proa.delivery.gitlab.GitlabJob.Rule;
import dev.proa.delivery.pipeline.RepositoryFiles;
import dev.proa.delivery.pipeline.TriggerEvent;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Whether a job is in a pipeline, and how.
 *
 * @param variables that the rule sets
 */
record RuleDecision(
        String when,
        boolean allowFailure,
        Duration startIn,
        Map<String, String> variables,
        Optional<List<Need>> needs) {

    /** The first rule that holds; empty when there is none, or it says {@code never}. */
    static Optional<Rule> first(
            List<Rule> rules, Map<String, String> variables, TriggerEvent event, RepositoryFiles files) {
        return rules.stream()
                .filter(rule -> holds(rule, variables, event, files))
                .findFirst()
                .filter(rule -> !rule.when().equals("never"));
    }

    private static boolean holds(Rule rule, Map<String, String> variables, TriggerEvent event, RepositoryFiles files) {
        return rule.condition().map(condition -> condition.holds(variables)).orElse(true)
                && (rule.changes().isEmpty() || changed(rule.changes(), variables, event))
                && (rule.exists().isEmpty() || Globs.any(expanded(rule.exists(), variables), files.paths()));
    }

    /** Where it is not known what has changed, everything may have. */
    private static boolean changed(List<String> globs, Map<String, String> variables, TriggerEvent event) {
        return event.changed()
                .map(paths -> Globs.any(expanded(globs, variables), paths))
                .orElse(true);
    }

    private static List<String> expanded(List<String> globs, Map<String, String> variables) {
        return globs.stream()
                .map(glob -> Variables.expand(glob, variables).replaceFirst("^\\./", ""))
                .toList();
    }

    /** Whether and how a job is in the pipeline of an event; empty when it is not. */
    static Optional<RuleDecision> of(
            GitlabJob job, Map<String, String> variables, TriggerEvent event, RepositoryFiles files) {
        if (job.rules().isPresent()) {
            return first(job.rules().get(), variables, event, files)
                    .map(rule -> new RuleDecision(
                            rule.when().isEmpty() ? job.when() : rule.when(),
                            rule.allowFailure().or(job::allowFailure).orElse(false),
                            rule.startIn().isZero() ? job.startIn() : rule.startIn(),
                            rule.variables(),
                            rule.needs().or(job::needs)))
                    .filter(decision -> !decision.when.equals("never"));
        }
        Refs only = job.only().orElse(new Refs(List.of("branches", "tags"), List.of(), List.of()));
        boolean in = (only.refs().isEmpty() ? named(List.of("branches", "tags"), event) : named(only.refs(), event))
                && (only.variables().isEmpty() || only.variables().stream().anyMatch(one -> one.holds(variables)))
                && (only.changes().isEmpty() || changed(only.changes(), variables, event));
        boolean out = job.except()
                .map(except -> named(except.refs(), event)
                        || except.variables().stream().anyMatch(one -> one.holds(variables))
                        || !except.changes().isEmpty() && changed(except.changes(), variables, event))
                .orElse(false);
        if (!in || out || job.when().equals("never")) {
            return Optional.empty();
        }
        // A job that waits for somebody does not hold up others unless it says so.
        boolean allowed = job.allowFailure().orElse(job.when().equals("manual"));
        return Optional.of(new RuleDecision(job.when(), allowed, job.startIn(), Map.of(), job.needs()));
    }

    private static boolean named(List<String> refs, TriggerEvent event) {
        boolean request = event.kind() == TriggerEvent.Kind.PULL_REQUEST;
        return refs.stream().anyMatch(ref -> switch (ref) {
            case "branches" -> !request && event.branch().isPresent();
            case "tags" -> !request && event.tag().isPresent();
            case "merge_requests" -> request;
            case "pushes" -> event.kind() == TriggerEvent.Kind.PUSH;
            case "schedules" -> event.kind() == TriggerEvent.Kind.SCHEDULE;
            case "web" -> event.kind() == TriggerEvent.Kind.DISPATCH;
            case "api", "chat", "external", "external_pull_requests", "pipelines", "triggers" -> false;
            default -> {
                String name = event.branch().or(event::tag).orElse("");
                yield !request
                        && (ref.startsWith("/") && ref.lastIndexOf('/') > 0
                                ? RuleExpression.pattern(ref).matcher(name).find()
                                : ref.equals(name));
            }
        });
    }
}
