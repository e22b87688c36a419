package dev.proa.server.resource;

import dev.proa.api.value.MapValue;
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
                .fields("spec.clusterIP", "spec.type"));
        this.ranges = ranges;
    }

    @Override
    public Claim claim(@Nullable MapValue old, MapValue object, boolean dryRun) {
        return ServiceClaim.of(ranges, old, object);
    }

    @Override
    public void released(MapValue deleted) {
        ranges.release(ServiceClaim.addresses(deleted), ServiceClaim.nodePorts(deleted));
    }
}
