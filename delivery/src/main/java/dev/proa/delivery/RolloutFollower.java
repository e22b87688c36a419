package dev.proa.delivery;

import dev.proa.api.core.v1.Event;
import dev.proa.api.core.v1.Pod;
import dev.proa.client.Client;
import dev.proa.client.clock.Clock;
import dev.proa.delivery.config.DeliveryFailure;
import dev.proa.delivery.rollout.PodTemplates;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Follows the rollout of a Deployment, a StatefulSet or a DaemonSet, or the run of a Job, and reports its progress, until it is complete or has failed. */
final class RolloutFollower {
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);
    /** A problem that lasts this long will not go away by itself. */
    private static final Duration PATIENCE_WITH_TROUBLE = Duration.ofSeconds(20);

    private static final int LAST_LINES = 10;

    private final Client client;
    private final PodLogs logs;
    private final Clock clock;
    private final Progress progress;
    private final Advice advice;
    private final Changes.Watcher changes;

    RolloutFollower(
            Client client, PodLogs logs, Clock clock, Progress progress, Advice advice, Changes.Watcher changes) {
        this.client = client;
        this.logs = logs;
        this.clock = clock;
        this.progress = progress;
        this.advice = advice;
        this.changes = changes;
    }

    /**
     * Follows the rollout to its end.
     *
     * @param kind of {@link Workload#KINDS}
     * @param timeout only for messages
     * @param end the deadline
     * @throws DeliveryFailure when the rollout fails; the message says why, and what to do
     */
    void follow(String kind, String namespace, String name, Duration timeout, Instant end) throws InterruptedException {
        progress.step((kind.equals("Job") ? "Running " : "Rolling out ") + name);
        Workload first = Workload.find(client, kind, namespace, name);
        if (first == null) {
            throw deleted(kind, name);
        }
        if (first.status() instanceof RolloutStatus.Done) {
            return;
        }
        try (Changes watched = changes.watch(first)) {
            follow(first, timeout, end, watched);
        }
    }

    private static DeliveryFailure deleted(String kind, String name) {
        return new DeliveryFailure(kind.toLowerCase(Locale.ROOT) + " \"" + name + "\" was deleted while it was "
                + (kind.equals("Job") ? "running" : "rolled out"));
    }

    private void follow(Workload first, Duration timeout, Instant end, Changes watched) throws InterruptedException {
        String name = first.object().name();
        Set<String> said = new HashSet<>();
        Instant troubledSince = Instant.MAX;
        while (true) {
            Workload workload =
                    Workload.find(client, first.kind().kind(), first.object().namespace(), name);
            if (workload == null) {
                throw deleted(first.kind().kind(), name);
            }
            RolloutStatus state = workload.status();
            if (state instanceof RolloutStatus.Done) {
                String why = workload.object().annotations().getOrDefault(PodTemplates.RESTORED, "");
                if (!why.equals(first.object().annotations().getOrDefault(PodTemplates.RESTORED, ""))) {
                    throw new DeliveryFailure("the new version of \"" + name + "\" was taken back: " + why);
                }
                return;
            }
            if (state instanceof RolloutStatus.Held held) {
                progress.detail(held.message());
                return;
            }
            List<Pod> pods = workload.pods(client);
            List<RolloutProblem> troubles = RolloutProblem.of(workload.object(), pods);
            Instant now = clock.instant();
            boolean troubled = troubles.stream().anyMatch(trouble -> !(workload.runsToItsEnd() && trouble.isEnd()));
            troubledSince = !troubled ? Instant.MAX : now.isBefore(troubledSince) ? now : troubledSince;
            boolean hopeless =
                    troubled && !troubledSince.plus(PATIENCE_WITH_TROUBLE).isAfter(now);
            if (state instanceof RolloutStatus.Broken || hopeless) {
                throw new DeliveryFailure(explain(workload, stuck(name, state), troubles, pods));
            }
            if (now.isAfter(end)) {
                String late = "\"" + name + "\" " + (workload.runsToItsEnd() ? "has not ended" : "is not rolled out")
                        + " after " + timeout.toSeconds() + " s (see --timeout): ";
                throw new DeliveryFailure(explain(workload, late + message(state), troubles, pods));
            }
            Stream.concat(Stream.of(message(state)), troubles.stream().map(RolloutProblem::brief))
                    .filter(said::add)
                    .forEach(progress::detail);
            watched.await(LONGEST_WAIT);
        }
    }

    private static String message(RolloutStatus state) {
        return switch (state) {
            case RolloutStatus.Broken broken -> broken.message();
            case RolloutStatus.Going going -> going.message();
            case RolloutStatus.Held held -> held.message();
            case RolloutStatus.Done done -> "done";
        };
    }

    private static String stuck(String name, RolloutStatus state) {
        return state instanceof RolloutStatus.Broken broken
                ? broken.message()
                : "the rollout of \"" + name + "\" does not get on: " + message(state);
    }

    private String explain(Workload workload, String first, List<RolloutProblem> troubles, List<Pod> pods) {
        String name = workload.object().name();
        String namespace = workload.object().namespace();
        String type = workload.type();
        String in = namespace.equals("default") ? "" : " -n " + namespace;
        List<String> lines = new ArrayList<>(List.of(first));
        List<RolloutProblem> reasons = troubles.isEmpty() ? RolloutProblem.unready(pods) : troubles;
        reasons = reasons.stream().map(reason -> heard(reason, namespace)).toList();
        reasons.forEach(reason -> lines.add("  " + reason.text()));
        List<Event> events = warnings(namespace, pods);
        said(events, !troubles.isEmpty()).forEach(warning -> lines.add("  " + warning));
        List<String> messages = events.stream().map(Event::message).toList();
        lines.addAll(advice.on(workload.podSpec(), reasons, messages));
        lines.addAll(RequestedResources.explain(client, name, workload.podSpec(), reasons));
        if (workload instanceof Workload.OfRollout rollout) {
            lines.addAll(Judgement.of(client, rollout.object()));
            lines.add("Look closer with: kubectl describe rollout " + name + in + "; kubectl argo rollouts get rollout "
                    + name + in);
            return String.join("\n", lines);
        }
        if (workload.hasOldPods()) {
            lines.add("Pods of the version before keep serving; to go back to it: kubectl rollout undo " + type + "/"
                    + name + in);
        }
        lines.add("Look closer with: kubectl describe " + type + " " + name + in + "; kubectl logs " + type + "/" + name
                + in);
        return String.join("\n", lines);
    }

    /** Adds the container's last words: the termination message if it ended, else the end of its log. */
    private RolloutProblem heard(RolloutProblem trouble, String namespace) {
        boolean mute = trouble.said().isEmpty()
                && !trouble.container().isEmpty()
                && !trouble.pods().isEmpty();
        return mute
                ? trouble.saying(logs.tail(namespace, trouble.pods().getFirst(), trouble.container(), LAST_LINES))
                : trouble;
    }

    /** Warning events about pods that are not ready. */
    private List<Event> warnings(String namespace, List<Pod> pods) {
        Set<String> uids = pods.stream()
                .filter(pod -> pod.status().conditions().stream()
                        .noneMatch(condition -> condition.type().equals("Ready")
                                && condition.status().equals("True")))
                .map(Pod::uid)
                .collect(Collectors.toSet());
        return client.resource(Event.KIND).in(namespace).list().stream()
                .filter(event -> event.type().equals("Warning")
                        && uids.contains(event.involvedObject().uid()))
                .toList();
    }

    /**
     * The messages of the latest event of each reason.
     *
     * @param known whether the containers' states already tell what failed
     */
    private static List<String> said(List<Event> warnings, boolean known) {
        Map<String, String> last = new LinkedHashMap<>();
        for (Event event : warnings) {
            boolean told = event.reason().equals("BackOff")
                    || event.reason().equals("FailedScheduling")
                    || known && event.reason().equals("Failed");
            if (!told) {
                last.put(event.reason(), event.reason() + ": " + event.message());
            }
        }
        return List.copyOf(last.values());
    }
}
