package dev.proa.server.admission.matching;

import dev.proa.api.resource.ResourceType;
import dev.proa.api.selector.LabelSelector;
import dev.proa.api.status.Resource;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.server.admission.AdmissionAttributes;
import dev.proa.server.admission.AdmissionAttributes.Operation;
import dev.proa.server.admission.GroupVersionKind;
import dev.proa.server.catalog.Endpoint;
import dev.proa.server.store.Key;
import dev.proa.server.store.StoredObject;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides which requests a webhook or policy is for, as Kubernetes' {@code webhook/predicates} and {@code policy/matching}. Immutable;
 * made once for each revision of a configuration.
 */
public final class MatchCriteria {
    private static final Resource NAMESPACES = new Resource("", "namespaces");

    /** What has no admission, so that a wrong configuration can be repaired. */
    private static final Set<String> EXEMPT = Set.of(
            "ValidatingWebhookConfiguration",
            "MutatingWebhookConfiguration",
            "ValidatingAdmissionPolicy",
            "ValidatingAdmissionPolicyBinding",
            "MutatingAdmissionPolicy",
            "MutatingAdmissionPolicyBinding");

    private final List<Rule> rules;
    private final List<Rule> excluded;
    private final boolean all;
    private final boolean equivalent;
    private final Selector namespaces;
    private final Selector objects;

    private MatchCriteria(List<Rule> rules, List<Rule> excluded, boolean all, MapValue criteria) {
        this.rules = rules;
        this.excluded = excluded;
        this.all = all;
        this.equivalent = criteria.string("matchPolicy").equals("Equivalent");
        this.namespaces = Selector.of(criteria, "namespaceSelector");
        this.objects = Selector.of(criteria, "objectSelector");
    }

    /** Of a {@code ValidatingWebhook} or {@code MutatingWebhook}: without a rule it matches nothing. */
    public static MatchCriteria ofWebhook(MapValue webhook) {
        return new MatchCriteria(Rule.all(webhook.list("rules")), List.of(), false, webhook);
    }

    /** Of {@code MatchResources}, which policies and their bindings have: without a rule they match everything. */
    public static MatchCriteria ofPolicy(MapValue matchResources) {
        List<Rule> rules = Rule.all(matchResources.list("resourceRules"));
        return new MatchCriteria(
                rules, Rule.all(matchResources.list("excludeResourceRules")), rules.isEmpty(), matchResources);
    }

    /** Whether neither webhooks nor policies see a request, since it is about their own configurations. */
    public static boolean isExempt(AdmissionAttributes request) {
        GroupVersionKind kind = request.kind();
        return kind.group().equals("admissionregistration.k8s.io") && EXEMPT.contains(kind.kind());
    }

    /**
     * As what the request is seen; null when it does not match.
     *
     * @throws StatusException when it would match but for its namespace, which is not there (404), or a selector that cannot be
     *     read (500)
     */
    public @Nullable Matched match(AdmissionAttributes request) {
        StatusException failure = null;
        try {
            if (!matchesNamespace(request) || !matchesObject(request)) {
                return null;
            }
        } catch (StatusException e) {
            // It matters only if the rules match.
            failure = e;
        }
        if (!excluded.isEmpty() && match(excluded, request) != null) {
            return null;
        }
        Matched matched = all ? new Matched(request.type(), request.kind()) : match(rules, request);
        if (matched != null && failure != null) {
            throw failure;
        }
        return matched;
    }

    private @Nullable Matched match(List<Rule> some, AdmissionAttributes request) {
        for (Rule rule : some) {
            if (rule.matches(request, request.type())) {
                return new Matched(request.type(), request.kind());
            }
        }
        if (!equivalent) {
            return null;
        }
        List<Endpoint> equivalents = request.scope().catalog().equivalents(request.type());
        for (Rule rule : some) {
            for (Endpoint other : equivalents) {
                ResourceType type = other.type();
                boolean another = !type.group().equals(request.type().group())
                        || !type.version().equals(request.type().version());
                boolean has = request.subresource().isEmpty() || type.hasSubresource(request.subresource());
                if (another && has && rule.matches(request, type)) {
                    return new Matched(type, GroupVersionKind.of(type, request.subresource()));
                }
            }
        }
        return null;
    }

    private boolean matchesNamespace(AdmissionAttributes request) {
        boolean namespaces = request.resource().name().equals("namespaces");
        String name = request.effectiveNamespace();
        if (name.isEmpty() && !namespaces) {
            return true;
        }
        LabelSelector selector = this.namespaces.get();
        if (selector.isEverything()) {
            return true;
        }
        boolean written = request.operation() == Operation.CREATE || request.operation() == Operation.UPDATE;
        if (namespaces && request.subresource().isEmpty() && written) {
            return selector.matches(request.object().map("metadata").map("labels"));
        }
        StoredObject namespace = request.snapshot().get(new Key("namespaces", "", name));
        if (namespace == null) {
            throw StatusException.notFound(NAMESPACES, name);
        }
        return selector.matches(namespace.value().map("metadata").map("labels"));
    }

    private boolean matchesObject(AdmissionAttributes request) {
        LabelSelector selector = objects.get();
        return selector.isEverything()
                || matches(selector, request, request.object())
                || matches(selector, request, request.old());
    }

    /** The options of a connection have no labels, not even none. */
    private static boolean matches(LabelSelector selector, AdmissionAttributes request, MapValue object) {
        return !object.isEmpty()
                && request.operation() != Operation.CONNECT
                && selector.matches(object.map("metadata").map("labels"));
    }

    /**
     * A label selector.
     *
     * @param wrong why it cannot be read; empty when it can
     */
    private record Selector(LabelSelector selector, String wrong) {
        static Selector of(MapValue criteria, String name) {
            try {
                // The defaults have filled in what is absent; without them, absent is everything, too.
                return new Selector(LabelSelector.of(criteria.map(name)), "");
            } catch (IllegalArgumentException e) {
                return new Selector(LabelSelector.NOTHING, String.valueOf(e.getMessage()));
            }
        }

        LabelSelector get() {
            if (!wrong.isEmpty()) {
                throw StatusException.internalError(wrong);
            }
            return selector;
        }
    }
}
