package dev.proa.server.quota;

import dev.proa.api.quota.Amounts;
import dev.proa.api.quota.Evaluator;
import dev.proa.api.quota.QuotaScope;
import dev.proa.api.status.Reason;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Quantity;
import dev.proa.server.admission.AdmissionAttributes;
import dev.proa.server.admission.AdmissionAttributes.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Holds one request against quotas. Pure. */
final class QuotaCheck {
    private final AdmissionAttributes request;
    private final Evaluator evaluator;
    private final List<LimitedResource> limited;

    /**
     * @param evaluator of the resource of the request
     * @param limited what needs a quota
     */
    QuotaCheck(AdmissionAttributes request, Evaluator evaluator, List<LimitedResource> limited) {
        this.request = request;
        this.evaluator = evaluator;
        this.limited = limited;
    }

    /**
     * The quotas with what the request uses of them, in the same order.
     *
     * @throws StatusException when one of them is not enough
     */
    List<Quota> charge(List<Quota> quotas) {
        MapValue object = request.object();
        List<Quota> concerned = quotas.stream()
                .filter(quota -> evaluator.matches(quota.hard().keySet(), quota.scopes(), object))
                .toList();
        concerned.forEach(this::checkUsable);
        Map<String, Quantity> usage = evaluator.usage(object);
        Map<String, Quantity> negative = Amounts.negative(usage);
        if (!negative.isEmpty()) {
            throw request.forbidden("quota usage is negative for resource(s): " + String.join(",", negative.keySet()));
        }
        boolean update = request.operation() == Operation.UPDATE;
        Map<String, Quantity> increase = update ? Amounts.minusToZero(usage, evaluator.usage(request.old())) : usage;
        if (concerned.isEmpty() ? Amounts.withoutZeros(increase).isEmpty() : usesNothing(concerned, usage, increase)) {
            return quotas;
        }
        checkCovered(quotas, concerned, usage);
        List<Quota> charged = new ArrayList<>(quotas);
        for (Quota quota : concerned) {
            charged.set(quotas.indexOf(quota), charge(quota, added(quota, usage, increase)));
        }
        return charged;
    }

    /** What a quota is charged: of an object that was not in its scopes before, all that it uses. */
    private Map<String, Quantity> added(Quota quota, Map<String, Quantity> usage, Map<String, Quantity> increase) {
        boolean before = request.operation() == Operation.UPDATE
                && evaluator.matches(quota.hard().keySet(), quota.scopes(), request.old());
        return Amounts.withoutZeros(before ? increase : usage);
    }

    private boolean usesNothing(List<Quota> concerned, Map<String, Quantity> usage, Map<String, Quantity> increase) {
        return concerned.stream()
                .allMatch(quota -> added(quota, usage, increase).isEmpty());
    }

    /** Whether the object says what the quota needs to know, and the quota knows what is used. */
    private void checkUsable(Quota quota) {
        List<String> names = evaluator.tracked(quota.hard().keySet());
        String missing = evaluator.missing(names, request.object());
        if (!missing.isEmpty()) {
            throw request.forbidden("failed quota: " + quota.name() + ": " + missing);
        }
        if (!quota.used().keySet().containsAll(names)) {
            throw request.forbidden(
                    "status unknown for quota: " + quota.name() + ", resources: " + String.join(",", names));
        }
    }

    /** Whether there is a quota for all that may not be used without one. */
    private void checkCovered(List<Quota> quotas, List<Quota> concerned, Map<String, Quantity> usage) {
        Set<String> uncovered = new TreeSet<>();
        for (LimitedResource each : limited) {
            if (each.group().equals(request.resource().group())
                    && each.resource().equals(request.resource().name())) {
                usage.forEach((name, amount) -> {
                    if (amount.signum() > 0 && each.contains().stream().anyMatch(name::contains)) {
                        uncovered.add(name);
                    }
                });
            }
        }
        concerned.forEach(
                quota -> uncovered.removeAll(evaluator.tracked(quota.hard().keySet())));
        if (!uncovered.isEmpty()) {
            throw request.forbidden("insufficient quota to consume: " + String.join(",", uncovered));
        }
        Set<String> covered = quotas.stream()
                .flatMap(quota -> quota.scopes().stream())
                .filter(scope -> evaluator.isIn(scope, request.object()))
                .map(QuotaScope::name)
                .collect(Collectors.toSet());
        List<QuotaScope> missing = limited.stream()
                .flatMap(each -> each.scopes().stream())
                .filter(scope -> evaluator.isIn(scope, request.object()) && !covered.contains(scope.name()))
                .toList();
        if (!missing.isEmpty()) {
            String text = missing.stream().map(QuotaScope::toString).collect(Collectors.joining(" ", "[", "]"));
            throw StatusException.of(
                    Reason.Unknown, "insufficient quota to match these scopes: " + text, MapValue.EMPTY);
        }
    }

    private Quota charge(Quota quota, Map<String, Quantity> added) {
        if (added.isEmpty()) {
            return quota;
        }
        Map<String, Quantity> requested = Amounts.only(added, quota.hard().keySet());
        Map<String, Quantity> used = Amounts.plus(quota.used(), requested);
        if (!request.subresource().equals("status")) { // what happened to a volume cannot be refused any more
            Set<String> exceeded = Amounts.above(Amounts.only(used, requested.keySet()), quota.hard())
                    .keySet();
            if (!exceeded.isEmpty()) {
                throw request.forbidden("exceeded quota: " + quota.name() + ", requested: "
                        + Amounts.text(Amounts.only(requested, exceeded)) + ", used: "
                        + Amounts.text(Amounts.only(quota.used(), exceeded)) + ", limited: "
                        + Amounts.text(Amounts.only(quota.hard(), exceeded)));
            }
        }
        return quota.withUsed(used);
    }
}
