package dev.proa.delivery.workflow;

import dev.proa.delivery.pipeline.RunSetup;
import dev.proa.delivery.pipeline.TriggerEvent;
import dev.proa.delivery.workflow.expression.Values;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The context {@code github} of a run, and the variables of the environment that say the same. */
final class GithubContext {
    private GithubContext() {}

    static Map<String, @Nullable Object> of(RunSetup setup, Workflow workflow) {
        TriggerEvent event = setup.event();
        Map<String, @Nullable Object> github = new LinkedHashMap<>();
        github.put("token", setup.secrets().getOrDefault("GITHUB_TOKEN", ""));
        github.put("job", "");
        github.put("ref", event.ref());
        github.put("sha", event.sha());
        github.put("repository", setup.repository());
        github.put("repository_owner", owner(setup));
        github.put("repositoryUrl", setup.repositoryUrl());
        github.put("run_id", setup.runId());
        github.put("run_number", String.valueOf(setup.runNumber()));
        github.put("run_attempt", String.valueOf(setup.runAttempt()));
        github.put("retention_days", "90");
        github.put("actor", event.actor());
        github.put("triggering_actor", event.actor());
        github.put("workflow", workflow.name());
        github.put("workflow_ref", setup.repository() + "/" + workflow.path() + "@" + event.ref());
        github.put("workflow_sha", event.sha());
        github.put(
                "head_ref",
                event.pullRequest().map(TriggerEvent.PullRequest::head).orElse(""));
        github.put(
                "base_ref",
                event.pullRequest().map(TriggerEvent.PullRequest::base).orElse(""));
        github.put("event_name", event.kind().word());
        github.put("event", payload(setup));
        github.put("server_url", setup.serverUrl());
        github.put("api_url", setup.serverUrl() + "/api/v3");
        github.put("graphql_url", setup.serverUrl() + "/api/graphql");
        github.put("ref_name", refName(event));
        github.put("ref_protected", false);
        github.put("ref_type", event.tag().isPresent() ? "tag" : "branch");
        github.put("secret_source", "Actions");
        return github;
    }

    private static String owner(RunSetup setup) {
        int slash = setup.repository().indexOf('/');
        return slash < 0 ? setup.repository() : setup.repository().substring(0, slash);
    }

    private static String refName(TriggerEvent event) {
        return event.ref().replaceFirst("^refs/(heads|tags|pull)/", "");
    }

    private static Map<String, @Nullable Object> payload(RunSetup setup) {
        TriggerEvent event = setup.event();
        Map<String, @Nullable Object> payload = new LinkedHashMap<>();
        payload.put("ref", event.ref());
        switch (event.kind()) {
            case PUSH -> {
                payload.put("before", event.before());
                payload.put("after", event.sha());
                payload.put("created", event.before().equals(TriggerEvent.ZERO));
                payload.put("deleted", event.deletes());
                Map<String, @Nullable Object> commit = object(
                        "id",
                        event.sha(),
                        "message",
                        event.commitMessage(),
                        "timestamp",
                        event.commitTime(),
                        "author",
                        object("name", event.actor()));
                payload.put("head_commit", commit);
                payload.put("commits", List.of(commit));
                payload.put("pusher", object("name", event.actor()));
            }
            case PULL_REQUEST -> event.pullRequest().ifPresent(request -> pullRequest(payload, request));
            case SCHEDULE -> payload.put("schedule", event.schedule());
            case DISPATCH -> payload.put("inputs", Values.object(event.inputs()));
        }
        payload.put(
                "repository",
                object(
                        "name", setup.repository().substring(setup.repository().indexOf('/') + 1),
                        "full_name", setup.repository(),
                        "default_branch", event.defaultBranch(),
                        "clone_url", setup.repositoryUrl(),
                        "owner", object("login", owner(setup))));
        payload.put("sender", object("login", event.actor()));
        return payload;
    }

    private static void pullRequest(Map<String, @Nullable Object> payload, TriggerEvent.PullRequest request) {
        payload.put("action", request.action());
        payload.put("number", (double) request.number());
        payload.put(
                "pull_request",
                object(
                        "number", (double) request.number(),
                        "title", request.title(),
                        "draft", request.draft(),
                        "merged", false,
                        "head", object("ref", request.head(), "sha", request.headSha()),
                        "base", object("ref", request.base(), "sha", request.baseSha()),
                        "labels",
                                request.labels().stream()
                                        .map(label -> object("name", label))
                                        .toList()));
    }

    private static Map<String, @Nullable Object> object(@Nullable Object... namesAndValues) {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            object.put(String.valueOf(namesAndValues[i]), namesAndValues[i + 1]);
        }
        return object;
    }

    /** The default variables, as {@code GITHUB_SHA}, {@code RUNNER_OS} and {@code CI}. */
    static Map<String, String> variables(
            Map<?, ? extends @Nullable Object> github, Map<?, ? extends @Nullable Object> runner) {
        Map<String, String> variables = new LinkedHashMap<>();
        variables.put("CI", "true");
        variables.put("GITHUB_ACTIONS", "true");
        for (String name : List.of(
                "action",
                "action_path",
                "action_ref",
                "action_repository",
                "actor",
                "api_url",
                "base_ref",
                "event_name",
                "graphql_url",
                "head_ref",
                "job",
                "ref",
                "ref_name",
                "ref_protected",
                "ref_type",
                "repository",
                "repository_owner",
                "retention_days",
                "run_attempt",
                "run_id",
                "run_number",
                "server_url",
                "sha",
                "triggering_actor",
                "workflow",
                "workflow_ref",
                "workflow_sha",
                "workspace")) {
            Object value = github.get(name);
            if (value != null) {
                variables.put("GITHUB_" + name.toUpperCase(java.util.Locale.ROOT), Values.text(value));
            }
        }
        runner.forEach((name, value) ->
                variables.put("RUNNER_" + ((String) name).toUpperCase(java.util.Locale.ROOT), Values.text(value)));
        return variables;
    }
}
