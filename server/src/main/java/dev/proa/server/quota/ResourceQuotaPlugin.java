package dev.proa.server.quota;

import dev.proa.api.quota.ClusterObjects;
import dev.proa.api.quota.Evaluator;
import dev.proa.api.quota.Evaluators;
import dev.proa.api.status.Resource;
import dev.proa.api.value.MapValue;
import dev.proa.server.admission.AdmissionAttributes;
import dev.proa.server.admission.AdmissionAttributes.Operation;
import dev.proa.server.admission.ValidatingPlugin;
import dev.proa.server.store.Key;
import dev.proa.server.store.Store;
import dev.proa.server.store.StoredObject;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Refuses what a quota of the namespace has no room for, and adds what is granted to the quota's status. Kubernetes' admission plugin {@code
 * ResourceQuota}; the last of all, since what it has added stays when a request fails later, until the quota's controller counts again.
 */
public final class ResourceQuotaPlugin implements ValidatingPlugin {
    private final QuotaLedger ledger;
    private final Evaluators evaluators;
    private final List<LimitedResource> limited;

    /**
     * @param clock tells which pods should have ended by now
     * @param limited what may not be used without a quota
     */
    public ResourceQuotaPlugin(Store store, InstantSource clock, List<LimitedResource> limited) {
        this.ledger = new QuotaLedger(store);
        this.evaluators = new Evaluators(clock::instant, new StoredObjects(store));
        this.limited = List.copyOf(limited);
    }

    @Override
    public String name() {
        return "ResourceQuota";
    }

    @Override
    public boolean handles(Operation operation, Resource resource, String subresource) {
        return operation == Operation.CREATE || operation == Operation.UPDATE;
    }

    @Override
    public void validate(AdmissionAttributes request) {
        String namespace = request.namespace();
        if (namespace.isEmpty()
                || request.isNamespace()
                || limited.isEmpty() && !ledger.hasQuotas(namespace)
                || request.operation() == Operation.CREATE && request.scope().isRepeated()) {
            return;
        }
        Evaluator evaluator = evaluators.of(request.resource().toString());
        if (evaluator == null) {
            return;
        }
        boolean counts = switch (request.operation()) {
            case CREATE -> evaluator.countsCreation(request.subresource());
            case UPDATE -> evaluator.countsUpdate(request.subresource(), request.object(), request.old());
            case DELETE, CONNECT -> false;
        };
        if (counts) {
            ledger.charge(namespace, new QuotaCheck(request, evaluator, limited), request.dryRun());
        }
    }

    /** The other objects, as they are in the store. */
    private record StoredObjects(Store store) implements ClusterObjects {
        @Override
        public Iterable<MapValue> deviceClasses() {
            return list("deviceclasses.resource.k8s.io", null);
        }

        @Override
        public Iterable<MapValue> resourceClaims(String namespace) {
            return list("resourceclaims.resource.k8s.io", namespace);
        }

        private List<MapValue> list(String resource, @Nullable String namespace) {
            List<MapValue> values = new ArrayList<>();
            store.snapshot().list(resource, namespace, null).forEach(stored -> values.add(stored.value()));
            return values;
        }

        @Override
        public @Nullable MapValue pod(String namespace, String name) {
            StoredObject stored = store.snapshot().get(new Key("pods", namespace, name));
            return stored == null ? null : stored.value();
        }
    }
}
