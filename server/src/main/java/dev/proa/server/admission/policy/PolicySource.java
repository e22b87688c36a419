package dev.proa.server.admission.policy;

import dev.proa.server.admission.AdmissionAttributes;
import dev.proa.server.admission.matching.MatchCriteria;
import dev.proa.server.admission.matching.Revisions;
import dev.proa.server.store.Snapshot;
import dev.proa.server.store.StoredObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** The policies of one kind that are in force. Safe for any thread. Costs next to nothing when there are none. */
final class PolicySource<P> {
    private static final String GROUP = ".admissionregistration.k8s.io";

    /** Requests whose answer others wait for, and which store nothing. */
    private static final Set<String> EXCLUDED = Set.of(
            "selfsubjectreviews.authentication.k8s.io",
            "tokenreviews.authentication.k8s.io",
            "localsubjectaccessreviews.authorization.k8s.io",
            "selfsubjectaccessreviews.authorization.k8s.io",
            "selfsubjectrulesreviews.authorization.k8s.io",
            "subjectaccessreviews.authorization.k8s.io");

    private final Revisions<Named<P>> policies;
    private final Revisions<PolicyBinding> bindings;
    private volatile Bindings<P> bound = new Bindings<>(List.of(), List.of(), List.of());

    private record Named<P>(String name, P policy) {}

    /** A policy with the bindings that put it into force. */
    record Bound<P>(P policy, List<PolicyBinding> bindings) {}

    private record Bindings<P>(List<Named<P>> policies, List<PolicyBinding> bindings, List<Bound<P>> bound) {}

    /**
     * @param resource of the policies
     * @param bindings of their bindings
     * @param maker must not fail
     */
    PolicySource(String resource, String bindings, Function<StoredObject, P> maker) {
        policies = new Revisions<>(
                resource + GROUP, object -> new Named<>(object.key().name(), maker.apply(object)));
        this.bindings = new Revisions<>(bindings + GROUP, PolicyBinding::of);
    }

    /** The policies that a request is to be held against, apart from their own criteria. */
    List<Bound<P>> of(AdmissionAttributes request) {
        Snapshot snapshot = request.snapshot();
        List<Named<P>> all = policies.in(snapshot);
        List<PolicyBinding> binding = all.isEmpty() ? List.of() : bindings.in(snapshot);
        if (binding.isEmpty() || MatchCriteria.isExempt(request) || EXCLUDED.contains(name(request))) {
            return List.of();
        }
        Bindings<P> known = bound;
        if (known.policies != all || known.bindings != binding) {
            known = new Bindings<>(all, binding, bound(all, binding));
            bound = known;
        }
        return known.bound;
    }

    private static String name(AdmissionAttributes request) {
        return request.resource().name() + "." + request.resource().group();
    }

    private static <P> List<Bound<P>> bound(List<Named<P>> policies, List<PolicyBinding> bindings) {
        Map<String, List<PolicyBinding>> byPolicy = new HashMap<>();
        bindings.forEach(binding -> byPolicy.computeIfAbsent(binding.policy(), none -> new ArrayList<>(1))
                .add(binding));
        List<Bound<P>> bound = new ArrayList<>();
        for (Named<P> policy : policies) {
            List<PolicyBinding> its = byPolicy.get(policy.name);
            if (its != null) {
                bound.add(new Bound<>(policy.policy, List.copyOf(its)));
            }
        }
        return List.copyOf(bound);
    }
}
