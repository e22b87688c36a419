package dev.proa.delivery.pipeline;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Something that may start runs.
 *
 * @param kind what it is
 * @param ref as {@code refs/heads/main} or {@code refs/tags/v1}; of a pull request {@code refs/pull/7/merge}
 * @param sha the commit; for a deleted ref all zeros
 * @param before the commit before a push; all zeros for a new ref, empty for other events
 * @param changed the paths that changed, from {@code before} or from the base of the pull request; empty when that is not known, and
 *     then filters of paths let everything pass
 * @param defaultBranch of the repository, as {@code main}
 * @param actor who caused it
 * @param commitMessage of the commit
 * @param commitTime of the commit, as {@code 2026-01-31T12:00:00Z}; may be empty
 * @param inputs of a run started by hand
 * @param schedule the cron expression by which it starts; empty for other events
 * @param pullRequest for pull requests
 */
public record TriggerEvent(
        Kind kind,
        String ref,
        String sha,
        String before,
        Optional<List<String>> changed,
        String defaultBranch,
        String actor,
        String commitMessage,
        String commitTime,
        Map<String, String> inputs,
        String schedule,
        Optional<PullRequest> pullRequest) {
    public TriggerEvent {
        changed = changed.map(List::copyOf);
        inputs = Map.copyOf(inputs);
    }

    /** The kinds of events. */
    public enum Kind {
        PUSH,
        PULL_REQUEST,
        SCHEDULE,
        /** Started by hand. */
        DISPATCH;

        /** As GitHub names it. */
        public String word() {
            return switch (this) {
                case PUSH -> "push";
                case PULL_REQUEST -> "pull_request";
                case SCHEDULE -> "schedule";
                case DISPATCH -> "workflow_dispatch";
            };
        }
    }

    /**
     * A request to merge a branch.
     *
     * @param action as {@code opened}, {@code synchronize} or {@code closed}
     * @param head the branch to be merged
     * @param base the branch into which
     */
    public record PullRequest(
            long number,
            String action,
            String title,
            String head,
            String headSha,
            String base,
            String baseSha,
            boolean draft,
            List<String> labels) {
        public PullRequest {
            labels = List.copyOf(labels);
        }
    }

    /** No commit: where a new ref came from and a deleted one went to. */
    public static final String ZERO = "0".repeat(40);

    /** A push to a ref by somebody. */
    public static TriggerEvent push(
            String ref,
            String before,
            String sha,
            Optional<List<String>> changed,
            String defaultBranch,
            String actor,
            String commitMessage,
            String commitTime) {
        return new TriggerEvent(
                Kind.PUSH,
                ref,
                sha,
                before,
                changed,
                defaultBranch,
                actor,
                commitMessage,
                commitTime,
                Map.of(),
                "",
                Optional.empty());
    }

    /** This push as another kind of event at the same commit, as a schedule or a run started by hand. */
    public TriggerEvent as(Kind other, Map<String, String> withInputs, String bySchedule) {
        return new TriggerEvent(
                other,
                ref,
                sha,
                "",
                Optional.empty(),
                defaultBranch,
                actor,
                commitMessage,
                commitTime,
                withInputs,
                bySchedule,
                pullRequest);
    }

    /** This event for a pull request with these files changed. */
    public TriggerEvent pullRequest(PullRequest request, Optional<List<String>> files) {
        return new TriggerEvent(
                Kind.PULL_REQUEST,
                "refs/pull/" + request.number() + "/merge",
                sha,
                "",
                files,
                defaultBranch,
                actor,
                commitMessage,
                commitTime,
                Map.of(),
                "",
                Optional.of(request));
    }

    /** The branch of the ref; empty when it is none. */
    public Optional<String> branch() {
        return after("refs/heads/");
    }

    /** The tag of the ref; empty when it is none. */
    public Optional<String> tag() {
        return after("refs/tags/");
    }

    /** Whether the ref was deleted. */
    public boolean deletes() {
        return sha.equals(ZERO);
    }

    private Optional<String> after(String prefix) {
        return ref.startsWith(prefix) ? Optional.of(ref.substring(prefix.length())) : Optional.empty();
    }

    /** This event as a value. */
    public MapValue toValue() {
        MapValue.Builder value = MapValue.builder()
                .put("kind", kind.name())
                .put("ref", ref)
                .put("sha", sha)
                .put("before", before)
                .put("defaultBranch", defaultBranch)
                .put("actor", actor)
                .put("commitMessage", commitMessage)
                .put("commitTime", commitTime)
                .put("inputs", RunEvents.strings(inputs))
                .put("schedule", schedule);
        changed.ifPresent(paths -> value.put("changed", ListValue.copyOf(paths)));
        pullRequest.ifPresent(request -> value.put(
                "pullRequest",
                MapValue.builder()
                        .put("number", request.number)
                        .put("action", request.action)
                        .put("title", request.title)
                        .put("head", request.head)
                        .put("headSha", request.headSha)
                        .put("base", request.base)
                        .put("baseSha", request.baseSha)
                        .put("draft", request.draft)
                        .put("labels", ListValue.copyOf(request.labels))
                        .build()));
        return value.build();
    }

    /**
     * Reads what {@link #toValue} wrote.
     *
     * @throws IllegalArgumentException when it has an unknown kind
     */
    public static TriggerEvent fromValue(MapValue value) {
        MapValue request = value.map("pullRequest");
        return new TriggerEvent(
                Kind.valueOf(value.string("kind")),
                value.string("ref"),
                value.string("sha"),
                value.string("before"),
                value.has("changed") ? Optional.of(RunEvents.texts(value.list("changed"))) : Optional.empty(),
                value.string("defaultBranch"),
                value.string("actor"),
                value.string("commitMessage"),
                value.string("commitTime"),
                RunEvents.strings(value.map("inputs")),
                value.string("schedule"),
                value.has("pullRequest")
                        ? Optional.of(new PullRequest(
                                request.integer("number", 0),
                                request.string("action"),
                                request.string("title"),
                                request.string("head"),
                                request.string("headSha"),
                                request.string("base"),
                                request.string("baseSha"),
                                request.bool("draft"),
                                RunEvents.texts(request.list("labels"))))
                        : Optional.empty());
    }
}
