package dev.proa.control.protection;

import dev.proa.api.core.v1.PersistentVolume;
import dev.proa.api.core.v1.PersistentVolumeClaim;
import dev.proa.api.storage.v1.VolumeAttributesClass;
import dev.proa.api.value.MapValue;
import dev.proa.client.ObjectKey;
import dev.proa.client.informer.Informer;
import dev.proa.control.shared.ControlContext;
import java.util.Set;
import java.util.TreeSet;

/** Lets VolumeAttributesClasses go that are being deleted once no volume or claim has or wants them. */
public final class AttributesClassProtectionController {
    private static final String FINALIZER = "kubernetes.io/vac-protection";

    private final Informer<PersistentVolume> volumes;
    private final Informer<PersistentVolumeClaim> claims;

    public AttributesClassProtectionController(ControlContext shared) {
        ControlContext context = shared.as("volumeattributesclass-protection-controller");
        this.volumes = context.informers().informer(PersistentVolume.KIND);
        this.claims = context.informers().informer(PersistentVolumeClaim.KIND);
        new Protection<>(
                        context,
                        "volumeattributesclass-protection-controller",
                        VolumeAttributesClass.KIND,
                        FINALIZER,
                        this::isUsed)
                .controller()
                .watchAll(
                        volumes,
                        (volume, keys) -> classes(volume.value()).forEach(name -> keys.accept(new ObjectKey("", name))))
                .watchAll(
                        claims,
                        (claim, keys) -> classes(claim.value()).forEach(name -> keys.accept(new ObjectKey("", name))));
    }

    private boolean isUsed(VolumeAttributesClass attributes) {
        return volumes.list().stream()
                        .anyMatch(volume -> classes(volume.value()).contains(attributes.name()))
                || claims.list().stream()
                        .anyMatch(claim -> classes(claim.value()).contains(attributes.name()));
    }

    /** The classes that a volume or a claim has, wants, or is being moved to. */
    private static Set<String> classes(MapValue object) {
        Set<String> classes = new TreeSet<>();
        classes.add(object.map("spec").string("volumeAttributesClassName"));
        classes.add(object.map("status").string("currentVolumeAttributesClassName"));
        classes.add(object.map("status").map("modifyVolumeStatus").string("targetVolumeAttributesClassName"));
        classes.remove("");
        return classes;
    }
}
