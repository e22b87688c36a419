package dev.proa.server.resource.network;

import dev.proa.api.value.MapValue;
import dev.proa.server.store.Snapshot;
import dev.proa.server.store.Store;
import dev.proa.server.store.StoredObject;
import dev.proa.server.strategy.Allocation;
import dev.proa.server.strategy.ResourceStrategy;
import dev.proa.server.validation.NameRule;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The strategy of services: allocates cluster addresses and node ports, and drops the fields that a new type does not
 * use.
 */
final class ServiceStrategy extends ResourceStrategy {
    private static final MapValue NO_STATUS = MapValue.of("loadBalancer", MapValue.EMPTY);

    private final ServiceRanges ranges;

    ServiceStrategy(ServiceRanges ranges) {
        super(new Spec("", "v1", "services", true)
                .names(NameRule.LABEL)
                .status()
                .createOnUpdate()
                .defaults(ServiceDefaults::service)
                .onCreate(service -> service.with("status", NO_STATUS))
                .onUpdate(Services::withoutForeignFields)
                .validate(ServiceValidation::service)
                .validateStatus(ServiceValidation::status)
                .fields("spec.clusterIP", "spec.type"));
        this.ranges = ranges;
    }

    @Override
    public Allocation allocate(@Nullable MapValue old, MapValue object, Snapshot snapshot, boolean dryRun) {
        return ServiceAllocation.of(ranges, snapshot, old, object, dryRun);
    }

    @Override
    public StoredObject delete(Store store, StoredObject current, MapValue last) {
        return ServiceAllocation.delete(ranges, store, current, last);
    }

    @Override
    public List<String> warnings(MapValue object, @Nullable MapValue old) {
        MapValue spec = object.map("spec");
        List<String> warnings = new ArrayList<>(0);
        boolean headless = spec.string("clusterIP").equals("None");
        boolean external = spec.string("type").equals("ExternalName");
        boolean externalIps = !spec.list("externalIPs").isEmpty();
        if (headless && !spec.string("loadBalancerIP").isEmpty()) {
            warnings.add("spec.loadBalancerIP is ignored for headless services");
        }
        if (headless && externalIps) {
            warnings.add("spec.externalIPs is ignored for headless services");
        }
        if (headless && !spec.string("sessionAffinity").equals("None")) {
            warnings.add("spec.SessionAffinity is ignored for headless services");
        }
        if (externalIps && !headless && !external) {
            warnings.add("spec.externalIPs is deprecated and may no longer be implemented in some clusters");
        }
        if (externalIps && external) {
            warnings.add("spec.externalIPs is ignored when spec.type is \"ExternalName\"");
        }
        if (!external && !spec.string("externalName").isEmpty()) {
            warnings.add("spec.externalName is ignored when spec.type is not \"ExternalName\"");
        }
        if (spec.string("trafficDistribution").equals("PreferClose")) {
            warnings.add("spec.trafficDistribution: \"PreferClose\" is deprecated; use \"PreferSameZone\"");
        }
        return warnings;
    }
}
