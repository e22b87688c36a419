package dev.proa.server.resource;

import dev.proa.api.value.MapValue;
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
    public Claim claim(@Nullable MapValue old, MapValue object, boolean dryRun) {
        return ServiceClaim.of(ranges, old, object);
    }

    @Override
    public List<String> warnings(MapValue object, @Nullable MapValue old) {
        MapValue spec = object.map("spec");
        return spec.string("externalName").isEmpty() || spec.string("type").equals("ExternalName")
                ? List.of()
                : List.of("spec.externalName is ignored when spec.type is not \"ExternalName\"");
    }

    @Override
    public void released(MapValue deleted) {
        ranges.release(ServiceClaim.addresses(deleted), ServiceClaim.nodePorts(deleted));
    }
}
