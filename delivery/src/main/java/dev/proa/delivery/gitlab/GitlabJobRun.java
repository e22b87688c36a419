package dev.proa.delivery.gitlab;

import dev.proa.delivery.pipeline.Conclusion;
import dev.proa.delivery.pipeline.JobStart;
import dev.proa.delivery.pipeline.JobView;
import dev.proa.delivery.pipeline.NextStep;
import dev.proa.delivery.pipeline.RunnerFacts;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A job while its run is computed; {@link #copy} before a change, so that earlier states stay as they are. */
final class GitlabJobRun {
    final String id;
    final String name;
    final GitlabJob spec;
    final RuleDecision decision;
    final Map<String, String> variables;
    JobView.Status status = JobView.Status.WAITING;

    @Nullable
    Conclusion conclusion;

    String reason = "";
    int attempt = 1;

    @Nullable
    Instant started;

    @Nullable
    Instant ended;

    @Nullable
    Instant notBefore;

    @Nullable
    JobStart start;

    @Nullable
    RunnerFacts runner;

    boolean played;
    boolean cancelled;
    String cancelledStep = "";
    boolean failed;
    boolean timedOut;
    int step;
    NextStep next = new NextStep.None();
    List<JobView.StepView> steps = new ArrayList<>();
    Map<String, String> playedVariables = Map.of();
    Map<String, String> dotenv = new LinkedHashMap<>();
    Map<List<String>, String> hashes = new LinkedHashMap<>();

    GitlabJobRun(String id, String name, GitlabJob spec, RuleDecision decision, Map<String, String> variables) {
        this.id = id;
        this.name = name;
        this.spec = spec;
        this.decision = decision;
        this.variables = variables;
    }

    GitlabJobRun copy() {
        GitlabJobRun copy = new GitlabJobRun(id, name, spec, decision, variables);
        copy.status = status;
        copy.conclusion = conclusion;
        copy.reason = reason;
        copy.attempt = attempt;
        copy.started = started;
        copy.ended = ended;
        copy.notBefore = notBefore;
        copy.start = start;
        copy.runner = runner;
        copy.played = played;
        copy.cancelled = cancelled;
        copy.cancelledStep = cancelledStep;
        copy.failed = failed;
        copy.timedOut = timedOut;
        copy.step = step;
        copy.next = next;
        copy.steps = new ArrayList<>(steps);
        copy.playedVariables = playedVariables;
        copy.dotenv = new LinkedHashMap<>(dotenv);
        copy.hashes = new LinkedHashMap<>(hashes);
        return copy;
    }

    boolean hasEnded() {
        return status == JobView.Status.ENDED;
    }

    /** Whether others do not wait for it any more: it has ended, or waits for somebody and need not run. */
    boolean settled() {
        return hasEnded() || status == JobView.Status.MANUAL && decision.allowFailure();
    }

    boolean bad() {
        return conclusion == Conclusion.FAILURE
                || conclusion == Conclusion.TIMED_OUT
                || conclusion == Conclusion.CANCELLED;
    }

    void end(Conclusion how, String why, @Nullable Instant at) {
        status = JobView.Status.ENDED;
        conclusion = how;
        reason = why;
        ended = at;
        next = new NextStep.None();
    }

    /** Begins anew in containers of its own. */
    void again() {
        attempt++;
        status = JobView.Status.READY;
        step = 0;
        failed = false;
        timedOut = false;
        started = null;
        runner = null;
        next = new NextStep.None();
        steps = new ArrayList<>();
        dotenv = new LinkedHashMap<>();
        hashes = new LinkedHashMap<>();
    }

    JobView view(List<String> needs) {
        return new JobView(
                id,
                name,
                needs,
                status,
                Optional.ofNullable(conclusion),
                reason,
                decision.allowFailure(),
                attempt,
                Optional.ofNullable(started),
                Optional.ofNullable(ended),
                steps,
                dotenv);
    }
}
