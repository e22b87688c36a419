package dev.proa.server.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.status.Reason;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EvictionTest {
    private static final String PODS = "/api/v1/namespaces/default/pods";
    private static final String BUDGETS = "/apis/policy/v1/namespaces/default/poddisruptionbudgets";
    private static final String TOO_MANY = "Cannot evict pod as it would violate the pod's disruption budget.";

    private final InProcess api = new InProcess();

    @AfterEach
    void close() {
        api.close();
    }

    private MapValue pod(String name, String status) {
        api.create(
                PODS,
                "{metadata: {name: " + name
                        + ", labels: {app: web}}, spec: {nodeName: node1, terminationGracePeriodSeconds: 30,"
                        + " containers: [{name: c, image: i}]}}");
        return api.patch(PODS + "/" + name + "/status", "merge-patch", "{status: " + status + "}");
    }

    private MapValue ready(String name) {
        return pod(name, "{phase: Running, conditions: [{type: Ready, status: 'True'}]}");
    }

    private MapValue unready(String name) {
        return pod(name, "{phase: Running, conditions: [{type: Ready, status: 'False'}]}");
    }

    private void budget(String name, String spec, String status) {
        api.create(
                BUDGETS, "{metadata: {name: " + name + "}, spec: {selector: {matchLabels: {app: web}}" + spec + "}}");
        budgetStatus(name, status);
    }

    private void budgetStatus(String name, String status) {
        api.patch(BUDGETS + "/" + name + "/status", "merge-patch", "{status: " + status + "}");
    }

    private MapValue evict(String pod) {
        return api.create(PODS + "/" + pod + "/eviction", "{metadata: {name: " + pod + "}}");
    }

    private StatusException refused(String pod) {
        return api.failure("create", PODS + "/" + pod + "/eviction", "{metadata: {name: " + pod + "}}");
    }

    private static String cause(StatusException e) {
        MapValue cause = e.status().map("details").list("causes").map(0);
        assertThat(cause.string("reason")).isEqualTo("DisruptionBudget");
        return cause.string("message");
    }

    private static MapValue condition(MapValue object, String type) {
        ListValue conditions = object.map("status").list("conditions");
        for (int i = 0; i < conditions.size(); i++) {
            if (conditions.map(i).string("type").equals(type)) {
                return conditions.map(i);
            }
        }
        throw new AssertionError("no " + type + " in " + object);
    }

    @Test
    void deletesAPodWithoutBudgetAndMarksItAsDisrupted() {
        ready("a");
        MapValue answer = evict("a");
        assertThat(answer.string("status")).isEqualTo("Success");
        assertThat(answer.integer("code", 0)).isEqualTo(201);
        MapValue pod = api.get(PODS + "/a");
        assertThat(pod.map("metadata").has("deletionTimestamp")).isTrue();
        MapValue target = condition(pod, "DisruptionTarget");
        assertThat(target.string("status")).isEqualTo("True");
        assertThat(target.string("reason")).isEqualTo("EvictionByEvictionAPI");
        assertThat(target.string("message")).isEqualTo("Eviction API: evicting");
        assertThat(target.string("lastTransitionTime")).isEqualTo("2026-01-02T03:04:05Z");
    }

    @Test
    void takesOneOfTheDisruptionsThatTheBudgetAllows() {
        ready("a");
        ready("b");
        budget(
                "web",
                "",
                "{observedGeneration: 1, disruptionsAllowed: 1, currentHealthy: 2, desiredHealthy: 1, expectedPods: 2}");
        evict("a");
        MapValue budget = api.get(BUDGETS + "/web");
        assertThat(budget.map("status").integer("disruptionsAllowed", -1)).isZero();
        assertThat(budget.map("status").map("disruptedPods")).isEqualTo(MapValue.of("a", "2026-01-02T03:04:05Z"));
        MapValue allowed = condition(budget, "DisruptionAllowed");
        assertThat(allowed.string("status")).isEqualTo("False");
        assertThat(allowed.string("reason")).isEqualTo("InsufficientPods");
        assertThat(allowed.integer("observedGeneration", 0)).isEqualTo(1);
        assertThat(budget.map("metadata").list("managedFields"))
                .extracting(entry -> ((MapValue) entry).string("manager"))
                .contains("kube-apiserver");

        budgetStatus("web", "{currentHealthy: 1}");
        StatusException e = refused("b");
        assertThat(e.code()).isEqualTo(429);
        assertThat(e.getMessage()).isEqualTo(TOO_MANY);
        assertThat(cause(e)).isEqualTo("The disruption budget web needs 1 healthy pods and has 1 currently");
        assertThat(e.status().map("details").has("retryAfterSeconds")).isFalse();
        assertThat(api.get(PODS + "/b").map("metadata").has("deletionTimestamp"))
                .isFalse();
    }

    @Test
    void saysWhyTheBudgetAllowsNone() {
        ready("a");
        budget("web", "", "{observedGeneration: 0, disruptionsAllowed: 1}");
        StatusException behind = refused("a");
        assertThat(cause(behind)).isEqualTo("The disruption budget web is still being processed by the server.");
        assertThat(behind.retryAfterSeconds()).isEqualTo(10);

        budgetStatus("web", "{observedGeneration: 1, disruptionsAllowed: 0, currentHealthy: 3, desiredHealthy: 1}");
        assertThat(cause(refused("a"))).isEqualTo("The disruption budget web does not allow evicting pods currently");
        String condition = "{type: DisruptionAllowed, status: 'False', lastTransitionTime: '2026-01-01T00:00:00Z', ";
        budgetStatus("web", "{conditions: [" + condition + "reason: SyncFailed, message: no scale}]}");
        assertThat(cause(refused("a")))
                .isEqualTo("The disruption budget web does not allow evicting pods currently because it failed sync:"
                        + " no scale");
        budgetStatus("web", "{conditions: [" + condition + "reason: Whim, message: not today}]}");
        assertThat(cause(refused("a")))
                .isEqualTo("The disruption budget web does not allow evicting pods currently (Whim): not today");
    }

    @Test
    void letsPodsGoThatDoNotCount() {
        budget("web", "", "{observedGeneration: 1, disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 1}");
        pod("waiting", "{phase: Pending}");
        pod("failed", "{phase: Failed}");
        evict("waiting");
        evict("failed");
        assertThat(api.get(PODS + "/waiting").map("metadata").has("deletionTimestamp"))
                .isTrue();
        assertThat(api.failure("get", PODS + "/failed", null).is(Reason.NotFound))
                .isTrue();

        unready("a");
        assertThat(refused("a").code()).isEqualTo(429);
        budgetStatus("web", "{currentHealthy: 1}"); // enough without it
        evict("a");
        evict("a"); // again: it is being deleted already
    }

    @Test
    void letsUnreadyPodsGoIfThePolicySaysSo() {
        budget(
                "web",
                ", unhealthyPodEvictionPolicy: AlwaysAllow",
                "{observedGeneration: 1, disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 1}");
        unready("a");
        ready("b");
        evict("a");
        assertThat(refused("b").code()).isEqualTo(429);
        assertThat(api.get(BUDGETS + "/web").map("status").has("disruptedPods")).isFalse();
    }

    @Test
    void refusesPodsOfTwoBudgets() {
        ready("a");
        budget("one", "", "{observedGeneration: 1, disruptionsAllowed: 1}");
        budget("two", "", "{observedGeneration: 1, disruptionsAllowed: 1}");
        StatusException e = refused("a");
        assertThat(e.code()).isEqualTo(500);
        assertThat(e.getMessage())
                .isEqualTo("This pod has more than one PodDisruptionBudget, which the eviction subresource does not"
                        + " support.");
        assertThat(api.get(PODS + "/a").map("metadata").has("deletionTimestamp"))
                .isFalse();
    }

    @Test
    void keepsToItsOptions() {
        MapValue pod = ready("a").map("metadata");
        budget("web", "", "{observedGeneration: 1, disruptionsAllowed: 1, currentHealthy: 1}");
        String path = PODS + "/a/eviction";
        api.create(path + "?dryRun=All", "{metadata: {name: a}}");
        api.create(path, "{metadata: {name: a}, deleteOptions: {dryRun: [All]}}");
        StatusException conflict =
                api.failure("create", path, "{metadata: {name: a}, deleteOptions: {preconditions: {uid: other}}}");
        assertThat(conflict.is(Reason.Conflict)).isTrue();
        assertThat(conflict.getMessage())
                .startsWith("Operation cannot be fulfilled on Pod \"a\": the UID in the precondition (other) does not");
        assertThat(api.get(PODS + "/a").map("metadata").has("deletionTimestamp"))
                .isFalse();
        assertThat(api.failure("create", path, "{metadata: {name: b}}").getMessage())
                .isEqualTo("name in URL does not match name in Eviction object");

        budgetStatus("web", "{disruptionsAllowed: 1}");
        api.create(
                path,
                "{apiVersion: policy/v1beta1, kind: Eviction, metadata: {name: a}, deleteOptions: {gracePeriodSeconds: 7,"
                        + " preconditions: {uid: " + pod.string("uid") + ", resourceVersion: '"
                        + pod.string("resourceVersion") + "'}}}");
        assertThat(api.get(PODS + "/a").map("metadata").integer("deletionGracePeriodSeconds", 0))
                .isEqualTo(7);
    }

    @Test
    void neverLetsMoreGoThanTheBudgetAllowsHoweverManyAskAtOnce() throws Exception {
        int pods = 40;
        for (int i = 0; i < pods; i++) {
            ready("web-" + i);
        }
        budget("web", "", "{observedGeneration: 1, disruptionsAllowed: 7, currentHealthy: 40, desiredHealthy: 33}");
        List<Callable<Boolean>> evictions = new ArrayList<>();
        for (int i = 0; i < pods; i++) {
            String name = "web-" + i;
            evictions.add(() -> evict(name).string("status").equals("Success"));
        }
        int evicted = 0;
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Boolean> future : executor.invokeAll(evictions)) {
                try {
                    assertThat(future.get()).isTrue();
                    evicted++;
                } catch (ExecutionException e) {
                    assertThat(((StatusException) e.getCause()).code()).isEqualTo(429);
                }
            }
        }
        assertThat(evicted).isEqualTo(7);
        assertThat(api.get(BUDGETS + "/web").map("status").map("disruptedPods").size())
                .isEqualTo(7);
        long deleting = api.get(PODS).list("items").stream()
                .filter(item -> ((MapValue) item).map("metadata").has("deletionTimestamp"))
                .count();
        assertThat(deleting).isEqualTo(7);
    }
}
