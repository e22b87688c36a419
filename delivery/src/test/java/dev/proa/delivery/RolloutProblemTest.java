package dev.proa.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.apps.v1.Deployment;
import dev.proa.api.core.v1.Pod;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RolloutProblemTest {
    private static Deployment deployment(String status) {
        return new Deployment(Yamls.object("""
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: web, namespace: default}
                status: %s
                """.formatted(status)));
    }

    private static List<Pod> pods(String... statuses) {
        return IntStream.range(0, statuses.length)
                .mapToObj(i -> new Pod(Yamls.object("{apiVersion: v1, kind: Pod, metadata: {name: web-" + (i + 1)
                        + ", namespace: default}, status: " + statuses[i] + "}")))
                .toList();
    }

    private static List<String> troubles(String... podStatuses) {
        return RolloutProblem.of(deployment("{}"), pods(podStatuses)).stream()
                .map(RolloutProblem::text)
                .toList();
    }

    @Test
    void saysWhyPodsCannotBeMade() {
        Deployment refused = deployment("{conditions: [{type: ReplicaFailure, status: 'True', reason: FailedCreate,"
                + " message: exceeded quota}]}");
        assertThat(RolloutProblem.of(refused, List.of()))
                .extracting(RolloutProblem::text)
                .containsExactly("pods cannot be made: exceeded quota");
    }

    @Test
    void saysWhyAPodHasNoNode() {
        assertThat(troubles("{conditions: [{type: PodScheduled, status: 'False', message: too little memory}]}"))
                .containsExactly("pod web-1: no node takes it: too little memory");
    }

    @Test
    void saysWhyAnImageIsNotThere() {
        assertThat(troubles("{containerStatuses: [{name: main, state: {waiting: {reason: ImagePullBackOff, message:"
                        + " 'Back-off pulling image \"shop:7\"'}}}]}"))
                .containsExactly("container main of pod web-1: ImagePullBackOff: Back-off pulling image \"shop:7\"");
    }

    @Test
    void saysWhichContainerCrashesAndWhatItSaid() {
        assertThat(troubles("""
                {containerStatuses: [{name: main, restartCount: 2, state: {waiting: {reason: CrashLoopBackOff, message: back-off}},
                  lastState: {terminated: {exitCode: 137, reason: OOMKilled, message: "first\\nlast\\n"}}}]}"""))
                .containsExactly(
                        "container main of pod web-1: CrashLoopBackOff, it ends with exit code 137 (OOMKilled);"
                                + " it said last:\n    first\n    last");
    }

    @Test
    void saysOnceWhatSeveralPodsHave() {
        String crashed = "{containerStatuses: [{name: main, state: {waiting: {reason: CrashLoopBackOff}},"
                + " lastState: {terminated: {exitCode: 1, message: 'at %s'}}}]}";
        assertThat(troubles(crashed.formatted("7:00"), crashed.formatted("7:01"), "{}", crashed.formatted("7:02")))
                .containsExactly("container main of pod web-1 and 2 more: CrashLoopBackOff, it ends with exit code 1;"
                        + " it said last:\n    at 7:00");
    }

    /** It runs for a moment between two ends: the trouble is not over then. */
    @Test
    void remembersACrashWhileTheNextTryRuns() {
        assertThat(troubles("""
                {containerStatuses: [{name: main, ready: false, restartCount: 1, state: {running: {}},
                  lastState: {terminated: {exitCode: 3, reason: Error}}}]}"""))
                .containsExactly("container main of pod web-1: it is started again after it ended with exit code 3");
        assertThat(troubles("{containerStatuses: [{name: main, ready: true, restartCount: 1, state: {running: {}}}]}"))
                .isEmpty();
    }

    @Test
    void findsNoTroubleInWhatTakesItsTime() {
        assertThat(troubles("{containerStatuses: [{name: main, state: {waiting: {reason: ContainerCreating}}}]}"))
                .isEmpty();
    }

    @Test
    void saysWhatItWaitsFor() {
        List<RolloutProblem> unready = RolloutProblem.unready(pods("""
                {initContainerStatuses: [{name: check, state: {running: {}}}],
                 containerStatuses: [{name: main, state: {waiting: {reason: PodInitializing}}},
                   {name: side, state: {running: {}}}]}"""));
        assertThat(unready)
                .extracting(RolloutProblem::text)
                .containsExactly(
                        "container check of pod web-1: has not come to its end",
                        "container side of pod web-1: it runs, but is not ready");
        assertThat(unready.getLast().saying("waiting for the database\n").text())
                .endsWith("is not ready; it said last:\n    waiting for the database");
    }
}
