package dev.proa.server.resource.pod;

import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.server.strategy.RequestContext;
import dev.proa.server.strategy.ResourceStrategy;
import java.time.InstantSource;
import java.util.Objects;

/** The strategy of PersistentVolumes: it notes since when they have their phase (KEP-3762). */
final class PersistentVolumeStrategy extends ResourceStrategy {
    private static final String SINCE = "lastPhaseTransitionTime";

    private final InstantSource clock;

    PersistentVolumeStrategy(Spec spec, InstantSource clock) {
        super(spec);
        this.clock = clock;
    }

    @Override
    public MapValue prepareForCreate(MapValue object, RequestContext context) {
        return super.prepareForCreate(object, context)
                .withMap("status", status -> status.with(SINCE, Times.format(context.now())));
    }

    /** A client may set the time itself; one that leaves it as it was when the phase changes gets the current one. */
    @Override
    public MapValue prepareForUpdate(String subresource, MapValue updated, MapValue old) {
        MapValue prepared = super.prepareForUpdate(subresource, updated, old);
        if (!subresource.equals("status")) {
            return prepared;
        }
        Object before = old.map("status").get(SINCE);
        return prepared.withMap("status", status -> {
            Object since = status.get(SINCE);
            boolean same = status.string("phase").equals(old.map("status").string("phase"));
            if (same) {
                return since == null && before != null ? status.with(SINCE, before) : status;
            }
            return since == null || Objects.equals(since, before)
                    ? status.with(SINCE, Times.format(clock.instant()))
                    : status;
        });
    }
}
