package dev.proa.delivery.gitlab;

import dev.proa.delivery.pipeline.RunSetup;
import dev.proa.delivery.pipeline.TriggerEvent;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** The variables that every pipeline has. */
final class Predefined {
    private Predefined() {}

    /** Those that an event gives. */
    static Map<String, String> of(TriggerEvent event) {
        Map<String, String> variables = new LinkedHashMap<>();
        String refName = event.ref().replaceFirst("^refs/(heads|tags)/", "");
        variables.put("CI", "true");
        variables.put("GITLAB_CI", "true");
        variables.put("CI_CONFIG_PATH", GitlabFile.PATH);
        variables.put("CI_PIPELINE_SOURCE", source(event.kind()));
        variables.put("CI_COMMIT_SHA", event.sha());
        variables.put(
                "CI_COMMIT_SHORT_SHA",
                event.sha().substring(0, Math.min(8, event.sha().length())));
        variables.put("CI_COMMIT_BEFORE_SHA", event.before().isEmpty() ? TriggerEvent.ZERO : event.before());
        variables.put("CI_COMMIT_MESSAGE", event.commitMessage());
        variables.put(
                "CI_COMMIT_TITLE", event.commitMessage().lines().findFirst().orElse(""));
        variables.put("CI_COMMIT_TIMESTAMP", event.commitTime());
        variables.put("CI_COMMIT_AUTHOR", event.actor());
        variables.put("CI_DEFAULT_BRANCH", event.defaultBranch());
        variables.put("GITLAB_USER_LOGIN", event.actor());
        variables.put("GITLAB_USER_NAME", event.actor());
        event.tag().ifPresent(tag -> variables.put("CI_COMMIT_TAG", tag));
        if (event.pullRequest().isPresent() && event.kind() == TriggerEvent.Kind.PULL_REQUEST) {
            TriggerEvent.PullRequest request = event.pullRequest().get();
            refName = request.head();
            variables.put("CI_MERGE_REQUEST_ID", String.valueOf(request.number()));
            variables.put("CI_MERGE_REQUEST_IID", String.valueOf(request.number()));
            variables.put("CI_MERGE_REQUEST_TITLE", request.title());
            variables.put("CI_MERGE_REQUEST_LABELS", String.join(",", request.labels()));
            variables.put("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", request.head());
            variables.put("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", request.headSha());
            variables.put("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", request.base());
            variables.put("CI_MERGE_REQUEST_TARGET_BRANCH_SHA", request.baseSha());
            variables.put("CI_MERGE_REQUEST_DIFF_BASE_SHA", request.baseSha());
            variables.put("CI_OPEN_MERGE_REQUESTS", "!" + request.number());
        } else {
            event.branch().ifPresent(branch -> variables.put("CI_COMMIT_BRANCH", branch));
        }
        variables.put("CI_COMMIT_REF_NAME", refName);
        variables.put("CI_COMMIT_REF_SLUG", slug(refName));
        return variables;
    }

    /** Those that a run gives. */
    static Map<String, String> of(RunSetup setup) {
        Map<String, String> variables = new LinkedHashMap<>(of(setup.event()));
        String path = setup.repository();
        int slash = path.lastIndexOf('/');
        variables.put("CI_PROJECT_PATH", path);
        variables.put("CI_PROJECT_PATH_SLUG", slug(path));
        variables.put("CI_PROJECT_NAME", path.substring(slash + 1));
        variables.put("CI_PROJECT_TITLE", path.substring(slash + 1));
        variables.put("CI_PROJECT_NAMESPACE", slash < 0 ? "" : path.substring(0, slash));
        variables.put("CI_PROJECT_ROOT_NAMESPACE", path.replaceFirst("/.*", ""));
        variables.put("CI_PROJECT_URL", setup.serverUrl() + "/" + path);
        variables.put("CI_REPOSITORY_URL", setup.repositoryUrl());
        variables.put("CI_SERVER", "yes");
        variables.put("CI_SERVER_URL", setup.serverUrl());
        variables.put(
                "CI_SERVER_HOST",
                setup.serverUrl().replaceFirst("^[a-z]+://", "").replaceFirst("[:/].*", ""));
        variables.put("CI_PIPELINE_ID", setup.runId());
        variables.put("CI_PIPELINE_IID", String.valueOf(setup.runNumber()));
        variables.put("CI_PIPELINE_URL", setup.serverUrl() + "/" + path + "/-/pipelines/" + setup.runId());
        variables.put("CI_JOB_TOKEN", setup.secrets().getOrDefault("GITHUB_TOKEN", ""));
        return variables;
    }

    private static String source(TriggerEvent.Kind kind) {
        return switch (kind) {
            case PUSH -> "push";
            case PULL_REQUEST -> "merge_request_event";
            case SCHEDULE -> "schedule";
            case DISPATCH -> "web";
        };
    }

    /** A name for hosts: lower case, letters, digits and dashes, at most 63. */
    static String slug(String name) {
        String slug = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "-");
        return slug.substring(0, Math.min(63, slug.length())).replaceAll("^-+|-+$", "");
    }
}
