package dev.proa.embedded.admission;

import dev.proa.api.admissionregistration.v1.ValidatingAdmissionPolicy;
import dev.proa.api.schema.Struct;
import dev.proa.api.status.Reason;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.client.ResourceClient;
import dev.proa.client.clock.Clock;
import dev.proa.client.informer.Informer;
import dev.proa.client.informer.InformerFactory;
import dev.proa.client.reconcile.Controller;
import dev.proa.client.reconcile.Reconciler.Result;
import dev.proa.client.supervision.Supervisor;
import dev.proa.server.apiextensions.rules.CustomTypes;
import dev.proa.server.catalog.ApiCatalog;
import dev.proa.server.catalog.Endpoint;
import dev.proa.server.catalog.ServedApis;
import dev.proa.server.cel.CelType;
import dev.proa.server.expression.DeclaredTypes;
import dev.proa.server.expression.PolicyTypeCheck;
import dev.proa.server.store.Key;
import dev.proa.server.store.Snapshot;
import dev.proa.server.store.StoredObject;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Maintains the status of validating admission policies: whether their expressions fit the types of the objects that they are for, as far
 * as those are named.
 */
public final class PolicyStatusController implements AutoCloseable {
    private static final int MOST_TYPES = 10;

    private final ResourceClient<ValidatingAdmissionPolicy> client;
    private final ServedApis apis;
    private final Supplier<Snapshot> snapshots;
    private final InformerFactory informers;
    private final Informer<ValidatingAdmissionPolicy> policies;
    private final Controller<String> controller;

    /**
     * @param apis what is served, whose types are checked
     * @param snapshots the store, which has the definitions of custom resources
     */
    public PolicyStatusController(
            Client client,
            ServedApis apis,
            Supplier<Snapshot> snapshots,
            Supervisor supervisor,
            Clock clock,
            RandomGenerator random) {
        this.client = client.resource(ValidatingAdmissionPolicy.KIND);
        this.apis = apis;
        this.snapshots = snapshots;
        informers = new InformerFactory(client, supervisor, clock, random);
        policies = informers.informer(ValidatingAdmissionPolicy.KIND);
        controller = Controller.named("validatingadmissionpolicies", supervisor, clock, this::reconcile)
                .watch(policies, ValidatingAdmissionPolicy::name);
    }

    /** Begins to look at the policies that there are, and those that come. */
    public void start() {
        informers.start();
        controller.start();
    }

    private Result reconcile(String name) {
        ValidatingAdmissionPolicy policy = policies.get("", name);
        if (policy == null) {
            return Result.DONE;
        }
        MapValue value = policy.value();
        long generation = value.map("metadata").integer("generation", 0);
        if (generation <= value.map("status").integer("observedGeneration", 0)) {
            return Result.DONE;
        }
        MapValue spec = value.map("spec");
        ListValue warnings = PolicyTypeCheck.warnings(spec, types(spec), params(spec));
        MapValue checked = value.withMap(
                "status",
                status -> status.with("observedGeneration", generation)
                        .with(
                                "typeChecking",
                                warnings.isEmpty() ? MapValue.EMPTY : MapValue.of("expressionWarnings", warnings)));
        try {
            client.updateStatus(new ValidatingAdmissionPolicy(checked));
        } catch (StatusException e) {
            // A policy that somebody else has changed meanwhile is queued again.
            if (e.reason() != Reason.NotFound && e.reason() != Reason.Conflict) {
                throw e;
            }
        }
        return Result.DONE;
    }

    /** The types that a policy names without wildcards, by their kinds. */
    private Map<String, CelType> types(MapValue spec) {
        Map<String, CelType> types = new TreeMap<>();
        ListValue rules = spec.map("matchConstraints").list("resourceRules");
        for (int i = 0; i < rules.size(); i++) {
            MapValue rule = rules.map(i);
            for (String group : named(rule.list("apiGroups"))) {
                for (String version : named(rule.list("apiVersions"))) {
                    for (Object resource : rule.list("resources")) {
                        Endpoint endpoint = apis.current().endpoint(group, version, String.valueOf(resource));
                        CelType type = endpoint == null || types.size() == MOST_TYPES ? null : type(endpoint);
                        if (endpoint != null && type != null) {
                            types.put(group + "/" + version + ", Kind=" + endpoint.kind(), type);
                        }
                    }
                }
            }
        }
        return types;
    }

    /** The names in a list; none when one of them is a wildcard. */
    private static List<String> named(ListValue names) {
        return names.contains("*")
                ? List.of()
                : names.stream().map(String::valueOf).toList();
    }

    private @Nullable CelType params(MapValue spec) {
        MapValue kind = spec.map("paramKind");
        Endpoint endpoint = apis.current().endpointOf(kind.string("apiVersion"), kind.string("kind"));
        return endpoint == null ? null : type(endpoint);
    }

    private @Nullable CelType type(Endpoint endpoint) {
        ApiCatalog catalog = apis.current();
        if (endpoint.isBuiltIn()) {
            Struct struct = catalog.schemas().kind(endpoint.apiVersion(), endpoint.kind());
            return struct == null ? null : DeclaredTypes.of(struct);
        }
        StoredObject definition = snapshots
                .get()
                .get(new Key(
                        "customresourcedefinitions.apiextensions.k8s.io",
                        "",
                        endpoint.plural() + "." + endpoint.group()));
        Struct pod = catalog.schemas().kind("v1", "Pod");
        CelType metadata = pod != null
                        && pod.field("metadata") != null
                        && pod.field("metadata").type() instanceof Struct struct
                ? DeclaredTypes.of(struct)
                : CelType.DYN;
        return definition == null ? null : CustomTypes.of(definition.value(), endpoint.version(), metadata);
    }

    @Override
    public void close() {
        controller.close();
        informers.close();
    }
}
