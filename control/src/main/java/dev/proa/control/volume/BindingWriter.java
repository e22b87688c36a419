package dev.proa.control.volume;

import dev.proa.api.core.v1.PersistentVolume;
import dev.proa.api.core.v1.PersistentVolumeClaim;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Quantity;
import dev.proa.client.Client;
import dev.proa.client.ObjectKey;
import dev.proa.control.shared.Freshness;
import org.jspecify.annotations.Nullable;

/**
 * Writes the two sides of a binding and their phases. Every write is refused when the object has changed since it was read, so that no
 * volume goes to two claims; whoever is refused reads again.
 *
 * <pre>
 *   volume: claimRef ► volume: phase Bound ► claim: volumeName, bind-completed ► claim: phase Bound
 * </pre>
 *
 * <p>A binding that was interrupted anywhere is completed by the next attempt.
 */
final class BindingWriter {
    static final String BOUND = "Bound";
    static final String PENDING = "Pending";
    static final String AVAILABLE = "Available";

    private final Client client;
    private final Freshness volumes = new Freshness();
    private final Freshness claims = new Freshness();

    BindingWriter(Client client) {
        this.client = client;
    }

    /** Whether the cache has not seen yet what was written; the event of that write queues the object again. */
    boolean isBehind(PersistentVolume cached) {
        return volumes.isBehind(cached);
    }

    boolean isBehind(PersistentVolumeClaim cached) {
        return claims.isBehind(cached);
    }

    void forgetVolume(ObjectKey key) {
        volumes.forget(key);
    }

    void forgetClaim(ObjectKey key) {
        claims.forget(key);
    }

    /** The volume of that name, from the server; null for none. */
    @Nullable
    PersistentVolume read(String volume) {
        return client.resource(PersistentVolume.KIND).find(volume);
    }

    /** Binds a volume and a claim to each other, as far as they are not. */
    void bind(PersistentVolume volume, PersistentVolumeClaim claim) {
        PersistentVolume pointing = Volumes.bind(volume, claim);
        PersistentVolume bound = setPhase(pointing == volume ? volume : update(pointing), BOUND);
        setStatus(bindClaim(claim, bound), BOUND, bound);
    }

    private PersistentVolumeClaim bindClaim(PersistentVolumeClaim claim, PersistentVolume volume) {
        PersistentVolumeClaim bound = claim;
        if (!claim.spec().volumeName().equals(volume.name())) {
            bound = Claims.withAnnotation(
                    claim.withSpec(spec -> spec.withVolumeName(volume.name())), Claims.BOUND_BY_CONTROLLER, "yes");
        }
        if (!claim.annotations().containsKey(Claims.BIND_COMPLETED)) {
            bound = Claims.withAnnotation(bound, Claims.BIND_COMPLETED, "yes");
        }
        return bound == claim ? claim : update(bound);
    }

    /** Takes back the binding of a volume: as a whole if the controller made it, else only that it had begun. */
    void unbind(PersistentVolume volume) {
        boolean chosen = volume.annotations().containsKey(Claims.BOUND_BY_CONTROLLER);
        PersistentVolume free = chosen
                ? volume.withSpec(spec -> spec.withoutClaimRef())
                        .withMetadata(metadata -> Volumes.without(metadata, Claims.BOUND_BY_CONTROLLER))
                : volume.withSpec(spec -> spec.withClaimRef(reference -> reference.withoutUid()));
        setPhase(update(free), AVAILABLE);
    }

    PersistentVolume update(PersistentVolume volume) {
        PersistentVolume written = client.resource(PersistentVolume.KIND).update(volume);
        volumes.wrote(written);
        return written;
    }

    PersistentVolumeClaim update(PersistentVolumeClaim claim) {
        PersistentVolumeClaim written =
                client.resource(PersistentVolumeClaim.KIND).update(claim);
        claims.wrote(written);
        return written;
    }

    /** Sets the phase of a volume, unless it has it. */
    PersistentVolume setPhase(PersistentVolume volume, String phase) {
        return setPhase(volume, phase, "");
    }

    PersistentVolume setPhase(PersistentVolume volume, String phase, String message) {
        if (volume.status().phase().equals(phase)) {
            return volume;
        }
        PersistentVolume written = client.resource(PersistentVolume.KIND)
                .updateStatus(volume.withStatus(status -> message.isEmpty()
                        ? status.withPhase(phase).withoutMessage()
                        : status.withPhase(phase).withMessage(message)));
        volumes.wrote(written);
        return written;
    }

    /**
     * Sets the phase of a claim, and what it has of its volume, unless they are so already.
     *
     * @param volume null when it has none
     */
    PersistentVolumeClaim setStatus(PersistentVolumeClaim claim, String phase, @Nullable PersistentVolume volume) {
        MapValue before = claim.value().map("status");
        MapValue after = volume == null ? without(before) : with(before, phase, volume);
        after = after.with("phase", phase);
        if (after.equals(before)) {
            return claim;
        }
        PersistentVolumeClaim written = client.resource(PersistentVolumeClaim.KIND)
                .updateStatus(new PersistentVolumeClaim(claim.value().with("status", after)));
        claims.wrote(written);
        return written;
    }

    private static MapValue without(MapValue status) {
        return status.without("accessModes").without("capacity").without("currentVolumeAttributesClassName");
    }

    /** The capacity is taken over only once: later the volume may be expanded before the claim knows. */
    private static MapValue with(MapValue status, String phase, PersistentVolume volume) {
        MapValue spec = volume.value().map("spec");
        MapValue after = status.with("accessModes", spec.list("accessModes"));
        boolean changes = !status.string("phase").equals(phase);
        Quantity known = Quantity.from(status.map("capacity").get("storage"));
        if (changes && known.compareTo(Volumes.capacity(volume)) != 0) {
            after = after.with("capacity", spec.map("capacity"));
        }
        if (status.string("phase").equals(PENDING) && phase.equals(BOUND)) {
            after = spec.has("volumeAttributesClassName")
                    ? after.with("currentVolumeAttributesClassName", spec.get("volumeAttributesClassName"))
                    : after.without("currentVolumeAttributesClassName");
        }
        return after;
    }
}
