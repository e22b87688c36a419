package dev.proa.control.autoscaling;

import dev.proa.api.autoscaling.v1.Scale;
import dev.proa.api.autoscaling.v2.CrossVersionObjectReference;
import dev.proa.api.autoscaling.v2.HorizontalPodAutoscaler;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.selector.LabelSelector;
import dev.proa.api.status.StatusException;
import dev.proa.api.view.AnyObject;
import dev.proa.api.view.Kind;
import dev.proa.client.ObjectKey;
import dev.proa.client.ResourceClient;
import dev.proa.client.Transport.TransportException;
import dev.proa.client.informer.EventHandler;
import dev.proa.client.informer.Informer;
import dev.proa.client.reconcile.Controller;
import dev.proa.client.reconcile.EventRecorder;
import dev.proa.client.reconcile.Reconciler.Result;
import dev.proa.control.autoscaling.AutoscalerMetrics.Action;
import dev.proa.control.autoscaling.AutoscalerMetrics.Fault;
import dev.proa.control.shared.ControlContext;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at each HorizontalPodAutoscaler every 15 seconds, and sets the number of replicas of its workload through the subresource
 * {@code scale}, whatever kind that is of.
 *
 * <pre>
 *   scale ──┐
 *   pods  ──┼─► Autoscaling: MetricEvaluator ─► Normalizer ──Decision──► scale, status, events
 *   metrics ┘
 * </pre>
 */
public final class HorizontalPodAutoscalerController {
    private static final Logger LOG = LoggerFactory.getLogger(HorizontalPodAutoscalerController.class);
    private static final int WORKERS = 5;

    private final ControlContext context;
    private final AutoscalerConfig config;
    private final Informer<HorizontalPodAutoscaler> autoscalers;
    private final ResourceClient<HorizontalPodAutoscaler> client;
    private final ScaleTargets targets;
    private final MetricsSource source;
    private final AutoscalerMetrics metrics;
    private final TargetSelectors selectors = new TargetSelectors();
    private final Map<ObjectKey, ScalingHistory> histories = new ConcurrentHashMap<>();
    private final EventRecorder events;
    private final Controller<ObjectKey> controller;

    public HorizontalPodAutoscalerController(ControlContext shared) {
        this(shared, AutoscalerConfig.DEFAULT);
    }

    public HorizontalPodAutoscalerController(ControlContext shared, AutoscalerConfig config) {
        ControlContext context = shared.as("horizontal-pod-autoscaler");
        this.context = context;
        this.config = config;
        this.autoscalers = context.informers().informer(HorizontalPodAutoscaler.KIND);
        this.client = context.client().resource(HorizontalPodAutoscaler.KIND);
        this.targets = new ScaleTargets(context.client(), context.clock());
        this.source = new MetricsClient(context.client(), targets);
        this.metrics = new AutoscalerMetrics(context.metrics());
        this.events = context.events("horizontal-pod-autoscaler");
        this.controller = context.<ObjectKey>controller("horizontal-pod-autoscaler-controller", this::reconcile)
                .workers(WORKERS)
                .needs(context.pods().informer())
                .watchWith(autoscalers, new Handler());
    }

    /** A failure waits for the next period as everything does: there is no sooner second attempt. */
    private Result reconcile(ObjectKey key) throws InterruptedException {
        HorizontalPodAutoscaler autoscaler = autoscalers.get(key);
        if (autoscaler == null) {
            histories.remove(key); // which the reconciliation before may have begun
            return Result.DONE;
        }
        long start = System.nanoTime();
        Outcome outcome;
        try {
            outcome = new Reconciliation(autoscaler, context.clock().instant()).run();
        } catch (StatusException | TransportException e) {
            outcome = Outcome.failed(String.valueOf(e.getMessage()));
        }
        metrics.reconciled(outcome.action, outcome.fault, Duration.ofNanos(System.nanoTime() - start));
        if (!outcome.error.isEmpty()) {
            LOG.info("{}: {}", key, outcome.error);
        }
        return Result.after(config.syncPeriod());
    }

    private record Outcome(Action action, Fault fault, String error) {
        static Outcome failed(String error) {
            return new Outcome(Action.NONE, Fault.INTERNAL, error);
        }

        static Outcome done(Action action, @Nullable String error) {
            return new Outcome(action, error == null ? Fault.NONE : Fault.INTERNAL, error == null ? "" : error);
        }
    }

    /** Of one autoscaler. */
    private final class Reconciliation {
        private final HorizontalPodAutoscaler autoscaler;
        private final ObjectKey key;
        private final CrossVersionObjectReference target;
        private final String reference;
        private final Instant now;
        private final StatusDraft draft;

        Reconciliation(HorizontalPodAutoscaler autoscaler, Instant now) {
            this.autoscaler = autoscaler;
            this.key = ObjectKey.of(autoscaler.value());
            this.target = autoscaler.spec().scaleTargetRef();
            this.reference = target.kind() + "/" + key.namespace() + "/" + target.name();
            this.now = now;
            this.draft = new StatusDraft(autoscaler, now);
        }

        Outcome run() throws InterruptedException {
            String apiVersion = target.apiVersion();
            if (apiVersion.indexOf('/') != apiVersion.lastIndexOf('/')) {
                String error = "unexpected GroupVersion string: " + apiVersion;
                return new Outcome(
                        Action.NONE,
                        Fault.SPEC,
                        unscalable("invalid API version in scale target reference", error).error);
            }
            String group = apiVersion.contains("/") ? apiVersion.substring(0, apiVersion.indexOf('/')) : "";
            Kind<AnyObject> kind;
            try {
                kind = targets.find(group, target.kind());
            } catch (StatusException | TransportException e) {
                return unscalable("unable to determine resource for scale target reference", e.getMessage());
            }
            if (kind == null) {
                return unscalable(
                        "unable to determine resource for scale target reference",
                        ScaleTargets.noMatches(group, target.kind()));
            }
            Scale scale;
            try {
                scale = targets.read(kind, key.namespace(), target.name());
            } catch (StatusException | TransportException e) {
                return unscalable("failed to query scale subresource for " + reference, e.getMessage());
            }
            return act(kind, scale);
        }

        private Outcome unscalable(String what, @Nullable String error) {
            draft.warn("FailedGetScale", String.valueOf(error));
            draft.set(
                    StatusDraft.ABLE_TO_SCALE,
                    false,
                    "FailedGetScale",
                    "the HPA controller was unable to get the target's current scale: " + error);
            write();
            return Outcome.failed(what + ": " + error);
        }

        private Outcome act(Kind<AnyObject> kind, Scale scale) throws InterruptedException {
            ScalingHistory history = histories.computeIfAbsent(key, k -> new ScalingHistory());
            Autoscaling autoscaling = new Autoscaling(
                    autoscaler, scale, draft, history, selectors, this::pods, source, metrics, config, now);
            Outcome outcome = switch (autoscaling.decide()) {
                case Decision.Failed failed ->
                    Outcome.failed("failed to compute desired number of replicas based on listed metrics for "
                            + reference + ": " + failed.error());
                case Decision.Keep keep -> Outcome.done(Action.NONE, keep.error());
                case Decision.Rescale rescale -> rescale(kind, autoscaling, rescale);
            };
            write();
            return outcome;
        }

        private List<Pod> pods(LabelSelector selector) {
            return context.pods().informer().list(key.namespace()).stream()
                    .filter(selector::matches)
                    .toList();
        }

        private Outcome rescale(Kind<AnyObject> kind, Autoscaling autoscaling, Decision.Rescale rescale)
                throws InterruptedException {
            Scale scale = autoscaling.scale();
            try {
                targets.write(kind, key.namespace(), target.name(), scale, rescale.replicas());
            } catch (StatusException | TransportException e) {
                autoscaling.refused(rescale, String.valueOf(e.getMessage()));
                return Outcome.failed("failed to rescale " + reference + ": " + e.getMessage());
            }
            autoscaling.rescaled(rescale);
            int current = scale.spec().replicas();
            LOG.info("{} scaled {} from {} to {}: {}", key, reference, current, rescale.replicas(), rescale.reason());
            return Outcome.done(Action.of(current, rescale.replicas()), rescale.error());
        }

        /** Records the events, and writes the status if it has changed. */
        private void write() {
            draft.events().forEach(event -> events.event(autoscaler, event.type(), event.reason(), event.message()));
            if (!draft.isChanged()) {
                return;
            }
            try {
                client.updateStatus(autoscaler.withStatus(draft.status()));
            } catch (StatusException | TransportException e) {
                events.warning(autoscaler, "FailedUpdateStatus", String.valueOf(e.getMessage()));
                throw e;
            }
        }
    }

    /** Whatever happens to an autoscaler, it is reconciled once a period. */
    private final class Handler implements EventHandler<HorizontalPodAutoscaler> {
        @Override
        public void added(HorizontalPodAutoscaler autoscaler) {
            ObjectKey key = ObjectKey.of(autoscaler.value());
            if (selectors.add(key)) {
                metrics.added();
            }
            controller.queue().addAfter(key, config.syncPeriod());
        }

        @Override
        public void updated(HorizontalPodAutoscaler before, HorizontalPodAutoscaler after) {
            added(after);
        }

        @Override
        public void deleted(HorizontalPodAutoscaler last) {
            ObjectKey key = ObjectKey.of(last.value());
            if (selectors.remove(key)) {
                metrics.removed(key);
            }
            histories.remove(key);
        }
    }
}
