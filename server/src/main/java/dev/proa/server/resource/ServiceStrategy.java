package dev.proa.server.resource;

import dev.proa.api.value.MapValue;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Services: they take cluster addresses and node ports, and lose what their type no longer has. */
final class ServiceStrategy extends ResourceStrategy {
    private static final MapValue NO_STATUS = MapValue.of("loadBalancer", MapValue.EMPTY);

    private final ServiceRanges ranges;

    ServiceStrategy(ServiceRanges ranges) {
        super(new Spec("", "v1", "services", true)
                .names(NameRule.LABEL)
                .status()
                .createOnUpdate()
                .defaults(CoreDefaults::service)
                .onCreate(service -> service.with("status", NO_STATUS))
                .onUpdate(Services::withoutForeignFields)
                .validate(ServiceValidation::service)
                .validateStatus(StatusValidation::service)
                .fields("spec.clusterIP", "spec.type"));
        this.ranges = ranges;
    }

    @Override
    public Allocation allocate(@Nullable MapValue old, MapValue object, boolean dryRun) {
        return ServiceAllocation.of(ranges, old, object, dryRun);
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

    @Override
    public void released(MapValue deleted) {
        ranges.release(ServiceAllocation.addresses(deleted), ServiceAllocation.nodePorts(deleted));
    }
}
