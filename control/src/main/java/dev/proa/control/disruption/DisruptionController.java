package dev.proa.control.disruption;

import dev.proa.api.core.v1.Pod;
import dev.proa.api.pod.DisruptionAllowed;
import dev.proa.api.policy.v1.PodDisruptionBudget;
import dev.proa.api.policy.v1.PodDisruptionBudgetStatus;
import dev.proa.api.selector.LabelSelector;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.client.ObjectKey;
import dev.proa.client.ResourceClient;
import dev.proa.client.informer.EventHandler;
import dev.proa.client.informer.Informer;
import dev.proa.client.reconcile.Controller;
import dev.proa.client.reconcile.EventRecorder;
import dev.proa.client.reconcile.Reconciler.Result;
import dev.proa.control.disruption.ControllerScales.UnknownScaleException;
import dev.proa.control.shared.ControlContext;
import dev.proa.control.shared.Freshness;
import dev.proa.control.shared.Owners;
import dev.proa.control.shared.Pods;
import dev.proa.control.shared.SelectorText;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Counts the pods of PodDisruptionBudgets, and says how many of them may be evicted. */
public final class DisruptionController {
    /** From how many pods on a budget is looked at less often. */
    private static final int LARGE = 100;
    /** When to look again at controllers that could not be found. */
    private static final Duration RETRY = Duration.ofSeconds(5);

    private final ControlContext context;
    private final Informer<PodDisruptionBudget> budgets;
    private final Informer<Pod> pods;
    private final ResourceClient<PodDisruptionBudget> client;
    private final ControllerScales scales;
    private final Freshness freshness = new Freshness();
    private final EventRecorder events;
    private final Controller<ObjectKey> controller;

    public DisruptionController(ControlContext shared) {
        ControlContext context = shared.as("disruption-controller");
        this.context = context;
        this.budgets = context.informers().informer(PodDisruptionBudget.KIND);
        this.pods = context.pods().informer();
        this.client = context.client().resource(PodDisruptionBudget.KIND);
        this.scales =
                new ControllerScales(context.informers(), new ScaleSubresources(context.client(), context.clock()));
        this.events = context.events("controllermanager");
        this.controller = context.<ObjectKey>controller("disruption-controller", this::reconcile)
                .watch(budgets, budget -> ObjectKey.of(budget.value()))
                .watchWith(pods, new PodHandler());
        scales.awaitedBy(controller);
        StaleDisruptions.watch(context);
    }

    private Result reconcile(ObjectKey key) {
        PodDisruptionBudget budget = budgets.get(key);
        if (budget == null) {
            freshness.forget(key);
            return Result.DONE;
        }
        if (freshness.isBehind(budget)) {
            return Result.after(Duration.ofSeconds(1)); // its event comes before that
        }
        try {
            return count(budget);
        } catch (UnknownScaleException | IllegalArgumentException e) {
            fail(budget, String.valueOf(e.getMessage()));
            return Result.after(RETRY);
        } catch (StatusException e) {
            if (e.code() != 409) {
                fail(budget, String.valueOf(e.getMessage()));
            }
            throw e;
        }
    }

    private Result count(PodDisruptionBudget budget) {
        LabelSelector selector = selector(budget);
        List<Pod> selected =
                pods.list(budget.namespace()).stream().filter(selector::matches).toList();
        if (selected.isEmpty()) {
            events.normal(budget, "NoPods", "No matching pods found");
        }
        BudgetCounts.Demand demand = BudgetCounts.demand(budget, expected(budget, selected));
        Instant now = context.clock().instant();
        BudgetCounts counts = BudgetCounts.of(budget, selected, now);
        for (Pod pod : counts.notDeleted()) {
            // The namespace stands twice, as in Kubernetes.
            events.warning(
                    pod,
                    "NotDeleted",
                    "Pod was expected by PDB " + budget.namespace() + "/" + budget.namespace()
                            + " to be deleted but it wasn't");
        }
        write(budget, counts.status(budget, demand, now));
        return counts.recheck() == null
                ? Result.DONE
                : Result.after(Duration.between(now, counts.recheck()).plusMillis(1));
    }

    private int expected(PodDisruptionBudget budget, List<Pod> selected) {
        if (!BudgetCounts.needsScale(budget)) {
            return selected.size();
        }
        ControllerScales.Expected expected = scales.of(selected);
        if (!expected.unmanaged().isEmpty()) {
            events.warning(
                    budget,
                    "UnmanagedPods",
                    "Pods selected by this PodDisruptionBudget (selector: "
                            + SelectorText.printed(given(budget))
                            + ") were found to be unmanaged. As a result, the status of the PDB cannot be calculated"
                            + " correctly, which may result in undefined behavior. To account for these pods please set"
                            + " \".spec.minAvailable\" field of the PDB to an integer value.");
        }
        return expected.pods();
    }

    /** Allows no disruption, for how many there may be is not known. */
    private void fail(PodDisruptionBudget budget, String message) {
        MapValue condition = DisruptionAllowed.of(budget.status().value());
        boolean known = condition != null
                && condition.string("reason").equals(DisruptionAllowed.SYNC_FAILED)
                && condition.string("message").equals(message);
        if (!known) {
            events.warning(
                    budget,
                    "CalculateExpectedPodCountFailed",
                    "Failed to calculate the number of expected pods: " + message);
        }
        write(
                budget,
                new PodDisruptionBudgetStatus(DisruptionAllowed.failed(
                        budget.status().value(), message, context.clock().instant())));
    }

    /** A conflict, such as with an eviction, is for the queue: the pods are counted anew. */
    private void write(PodDisruptionBudget budget, PodDisruptionBudgetStatus status) {
        if (!status.value().equals(budget.status().value())) {
            freshness.wrote(client.updateStatus(budget.withStatus(status)));
        }
    }

    private static LabelSelector selector(PodDisruptionBudget budget) {
        return LabelSelector.of(given(budget));
    }

    private static @Nullable MapValue given(PodDisruptionBudget budget) {
        return budget.spec().value().get("selector") instanceof MapValue selector ? selector : null;
    }

    /** Queues the budgets of pods whose change makes a difference to them. */
    private final class PodHandler implements EventHandler<Pod> {
        @Override
        public void added(Pod pod) {
            List<PodDisruptionBudget> matching = matching(pod);
            if (matching.size() > 1) {
                events.warning(
                        pod,
                        "MultiplePodDisruptionBudgets",
                        "Pod \"" + pod.namespace() + "\"/\"" + pod.name()
                                + "\" matches multiple PodDisruptionBudgets.  Chose \""
                                + matching.getFirst().name() + "\" arbitrarily.");
            }
            matching.forEach(this::addSoon);
        }

        @Override
        public void updated(Pod before, Pod after) {
            if (before.uid().equals(after.uid())
                    && before.isDeleting() == after.isDeleting()
                    && Pods.isReady(before) == Pods.isReady(after)
                    && same(before, after, pod -> pod.map("metadata").map("labels"))
                    && Objects.equals(Owners.controllerOf(before), Owners.controllerOf(after))) {
                return;
            }
            matching(before).forEach(this::addSoon);
            added(after);
        }

        @Override
        public void deleted(Pod last) {
            matching(last).forEach(this::addSoon);
        }

        private static boolean same(Pod before, Pod after, UnaryOperator<MapValue> part) {
            return part.apply(before.value()).equals(part.apply(after.value()));
        }

        private List<PodDisruptionBudget> matching(Pod pod) {
            return budgets.list(pod.namespace()).stream()
                    .filter(budget -> selects(budget, pod))
                    .toList();
        }

        private static boolean selects(PodDisruptionBudget budget, Pod pod) {
            try {
                return selector(budget).matches(pod);
            } catch (IllegalArgumentException e) {
                return false; // its own reconciliation says what is wrong
            }
        }

        /** A sync of a budget takes time with the number of its pods, so large ones are synced less often. */
        private void addSoon(PodDisruptionBudget budget) {
            ObjectKey key = ObjectKey.of(budget.value());
            int size = budget.status().expectedPods();
            if (size < LARGE) {
                controller.queue().add(key);
            } else {
                controller.queue().addAfter(key, Duration.ofMillis(Math.min(size / 10, 500)));
            }
        }
    }
}
