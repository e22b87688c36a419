package dev.proa.control.resourcequota;

import dev.proa.api.apiextensions.v1.CustomResourceDefinition;
import dev.proa.api.core.v1.ResourceQuota;
import dev.proa.api.quota.Amounts;
import dev.proa.api.quota.Evaluator;
import dev.proa.api.quota.Evaluators;
import dev.proa.api.quota.QuotaScope;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Quantity;
import dev.proa.api.view.KubeObject;
import dev.proa.client.ObjectKey;
import dev.proa.client.informer.EventHandler;
import dev.proa.client.informer.Informer;
import dev.proa.client.reconcile.Controller;
import dev.proa.client.reconcile.Reconciler.Result;
import dev.proa.control.shared.ControlContext;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Keeps the status of ResourceQuotas: the limits in force, and what is used of them. Admission adds what is created; this counts anew when
 * a quota is made or its limits change, when objects go or use less, and every five minutes.
 */
public final class ResourceQuotaController {
    private static final Duration RECOUNT = Duration.ofMinutes(5);
    private static final int WORKERS = 5;

    private final ControlContext context;
    private final Informer<ResourceQuota> quotas;
    private final Controller<ObjectKey> controller;
    private final CountedObjects objects;
    private final Evaluators evaluators;

    public ResourceQuotaController(ControlContext shared) {
        ControlContext context = shared.as("resourcequota-controller");
        this.context = context;
        this.quotas = context.informers().informer(ResourceQuota.KIND);
        this.objects = new CountedObjects(context, this::recounter);
        context.whenClosed(objects::close);
        this.evaluators = new Evaluators(context.clock()::instant, objects);
        this.controller = context.<ObjectKey>controller("resourcequota-controller", this::reconcile)
                .workers(WORKERS)
                .needs(context.pods().informer())
                .watchWith(quotas, new EventHandler<>() {
                    @Override
                    public void added(ResourceQuota quota) {
                        enqueue(quota);
                    }

                    @Override
                    public void updated(ResourceQuota before, ResourceQuota after) {
                        Map<String, Quantity> hard = hard(after, "spec");
                        if (!hard.equals(hard(before, "spec")) || !Amounts.equal(hard, hard(after, "status"))) {
                            enqueue(after);
                        }
                    }
                })
                .watchAll(
                        // a kind that a quota limits may come
                        context.informers().informer(CustomResourceDefinition.KIND),
                        (definition, keys) -> quotas.list().stream()
                                .filter(quota -> hard(quota, "spec").containsKey("count/" + definition.name()))
                                .forEach(quota -> keys.accept(ObjectKey.of(quota.value()))));
    }

    private void enqueue(ResourceQuota quota) {
        controller.queue().add(ObjectKey.of(quota.value()));
    }

    private static Map<String, Quantity> hard(ResourceQuota quota, String part) {
        return Amounts.of(quota.value().map(part).map("hard"));
    }

    /** Has the quotas counted anew that track a resource whose objects went or changed. */
    private EventHandler<KubeObject> recounter(String resource) {
        return new EventHandler<>() {
            @Override
            public void updated(KubeObject before, KubeObject after) {
                Evaluator evaluator = evaluators.of(resource);
                if (evaluator != null
                        && quotas.size() > 0
                        && evaluator.isToBeRecounted(before.value(), after.value())) {
                    recount(evaluator, after.namespace());
                }
            }

            @Override
            public void deleted(KubeObject last) {
                Evaluator evaluator = evaluators.of(resource);
                if (evaluator != null) {
                    recount(evaluator, last.namespace());
                }
            }
        };
    }

    private void recount(Evaluator evaluator, String namespace) {
        for (ResourceQuota quota : quotas.list(namespace)) {
            if (!evaluator.tracked(hard(quota, "status").keySet()).isEmpty()) {
                enqueue(quota);
            }
        }
    }

    private Result reconcile(ObjectKey key) {
        ResourceQuota quota = quotas.get(key);
        if (quota == null) {
            return Result.DONE;
        }
        MapValue status = quota.value().map("status");
        Map<String, Quantity> hard = hard(quota, "spec");
        Set<String> unknown = new TreeSet<>();
        Map<String, Quantity> counted =
                evaluators.usage(hard.keySet(), QuotaScope.ofQuota(quota.value().map("spec")), resource -> {
                    Iterable<MapValue> found = objects.in(quota.namespace(), resource);
                    if (found == null) {
                        unknown.add(resource);
                    }
                    return found;
                });
        Map<String, Quantity> before = Amounts.of(status.map("used"));
        Map<String, Quantity> used = Amounts.only(before, hard.keySet()); // what cannot be counted now stays as it was
        used.putAll(counted);
        if (!status.has("hard")
                || !status.has("used")
                || !Amounts.equal(hard, hard(quota, "status"))
                || !Amounts.equal(used, before)) {
            MapValue changed = quota.value()
                    .with("status", MapValue.of("hard", Amounts.toValue(hard), "used", Amounts.toValue(used)));
            context.client()
                    .resource(ResourceQuota.KIND)
                    .in(quota.namespace())
                    .updateStatus(ResourceQuota.KIND.of(changed));
        }
        return Result.after(unknown.isEmpty() ? RECOUNT : CountedObjects.PERIOD);
    }
}
