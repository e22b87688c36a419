package dev.proa.delivery;

import dev.proa.api.batch.v1.Job;
import dev.proa.api.core.v1.ContainerState;
import dev.proa.api.core.v1.ContainerStatus;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.KubeObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A problem that keeps a rollout from progressing, described for users. Pods with the same problem share one.
 *
 * @param container the container that has it; empty when it concerns the pods themselves
 * @param pods the pods that have it; none when it keeps pods from being created
 * @param what the problem, in one line
 * @param said the last log lines of the first pod's container; empty when unknown
 */
record RolloutProblem(String container, List<String> pods, String what, String said) {
    /** Waiting reasons that are unlikely to go away by themselves. */
    private static final Set<String> HOPELESS = Set.of(
            "ErrImagePull",
            "ImagePullBackOff",
            "ErrImageNeverPull",
            "InvalidImageName",
            "CreateContainerConfigError",
            "CreateContainerError",
            "RunContainerError",
            "CrashLoopBackOff");

    private static final String AGAIN = "it is started again";
    private static final String ENDED = " ended with ";

    RolloutProblem {
        pods = List.copyOf(pods);
    }

    /** The problems that are unlikely to go away by themselves; empty when there are none. */
    static List<RolloutProblem> of(KubeObject workload, List<Pod> pods) {
        List<RolloutProblem> all = new ArrayList<>();
        ListValue conditions = workload.value().map("status").list("conditions");
        for (int i = 0; i < conditions.size(); i++) {
            MapValue condition = conditions.map(i);
            if (condition.string("type").equals("ReplicaFailure")
                    && condition.string("status").equals("True")) {
                all.add(new RolloutProblem("", List.of(), "pods cannot be made: " + condition.string("message"), ""));
            }
        }
        for (Pod pod : pods) {
            for (var condition : pod.status().conditions()) {
                if (condition.type().equals("PodScheduled")
                        && condition.status().equals("False")) {
                    all.add(new RolloutProblem(
                            "", List.of(pod.name()), "no node takes it: " + condition.message(), ""));
                }
            }
            for (ContainerStatus container : containers(pod)) {
                String what = what(container);
                if (!what.isEmpty()) {
                    all.add(new RolloutProblem(container.name(), List.of(pod.name()), what, lastWords(container)));
                } else if (workload instanceof Job && pod.status().phase().equals("Failed")) {
                    all.addAll(failure(pod, container));
                }
            }
        }
        return joined(all);
    }

    /** How a container of a pod that failed has ended, unless it ended well. */
    private static List<RolloutProblem> failure(Pod pod, ContainerStatus container) {
        if (container.state().terminated().exitCode() == 0) {
            return List.of();
        }
        String said = container.state().terminated().message().strip();
        return List.of(
                new RolloutProblem(container.name(), List.of(pod.name()), "it" + end(container.state(), ENDED), said));
    }

    /** Whether a container has come to an end that it should not have come to, after which another may fare better. */
    boolean isEnd() {
        return what.startsWith("CrashLoopBackOff") || what.startsWith(AGAIN) || what.startsWith("it" + ENDED);
    }

    /** The containers that have started but are not ready: what a slow rollout is waiting for. */
    static List<RolloutProblem> unready(List<Pod> pods) {
        List<RolloutProblem> all = new ArrayList<>();
        for (Pod pod : pods) {
            Set<String> init = Set.copyOf(pod.status().initContainerStatuses().stream()
                    .map(ContainerStatus::name)
                    .toList());
            for (ContainerStatus container : containers(pod)) {
                if (container.state().hasRunning() && !container.ready()) {
                    String what =
                            init.contains(container.name()) ? "has not come to its end" : "it runs, but is not ready";
                    all.add(new RolloutProblem(container.name(), List.of(pod.name()), what, ""));
                }
            }
        }
        return joined(all);
    }

    private static List<RolloutProblem> joined(List<RolloutProblem> all) {
        Map<String, RolloutProblem> joined = new LinkedHashMap<>();
        for (RolloutProblem trouble : all) {
            joined.merge(trouble.brief(), trouble, RolloutProblem::and);
        }
        return List.copyOf(joined.values());
    }

    private RolloutProblem and(RolloutProblem other) {
        List<String> both = new ArrayList<>(pods);
        both.addAll(other.pods);
        return new RolloutProblem(container, both, what, said.isEmpty() ? other.said : said);
    }

    private static String what(ContainerStatus container) {
        var waiting = container.state().waiting();
        if (waiting.reason().equals("CrashLoopBackOff")) {
            return "CrashLoopBackOff"
                    + end(container.lastState(), ", it ends with "); // the message says when it is tried again
        }
        if (HOPELESS.contains(waiting.reason())) {
            return waiting.reason() + (waiting.message().isEmpty() ? "" : ": " + waiting.message());
        }
        boolean betweenTwoEnds = !container.ready()
                && container.restartCount() > 0
                && !container.state().hasTerminated();
        return betweenTwoEnds ? AGAIN + end(container.lastState(), " after it" + ENDED) : "";
    }

    private static String end(ContainerState state, String before) {
        if (!state.hasTerminated()) {
            return "";
        }
        var last = state.terminated();
        boolean telling = !last.reason().isEmpty()
                && !last.reason().equals("Error")
                && !last.reason().equals("Completed");
        return before + "exit code " + last.exitCode() + (telling ? " (" + last.reason() + ")" : "");
    }

    private static String lastWords(ContainerStatus container) {
        return container.lastState().hasTerminated()
                ? container.lastState().terminated().message().strip()
                : "";
    }

    private static List<ContainerStatus> containers(Pod pod) {
        List<ContainerStatus> all = new ArrayList<>(pod.status().initContainerStatuses());
        all.addAll(pod.status().containerStatuses());
        return all;
    }

    /** The same problem with the container's last log lines. */
    RolloutProblem saying(String words) {
        return new RolloutProblem(container, pods, what, words.strip());
    }

    /** The problem in one line, without the pods. */
    String brief() {
        return container.isEmpty() ? what : "container " + container + ": " + what;
    }

    /** The problem with the first pod, followed by the container's last log lines, if any. */
    String text() {
        String line = what;
        if (!pods.isEmpty()) {
            String more = pods.size() == 1 ? "" : " and " + (pods.size() - 1) + " more";
            String pod = "pod " + pods.getFirst() + more;
            line = (container.isEmpty() ? pod : "container " + container + " of " + pod) + ": " + what;
        }
        return said.isEmpty()
                ? line
                : line + "; it said last:\n" + said.indent(4).stripTrailing();
    }
}
