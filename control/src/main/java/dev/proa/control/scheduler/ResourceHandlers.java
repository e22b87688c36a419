package dev.proa.control.scheduler;

import dev.proa.api.core.v1.PersistentVolume;
import dev.proa.api.core.v1.PersistentVolumeClaim;
import dev.proa.api.resource.v1.DeviceClass;
import dev.proa.api.resource.v1.ResourceClaim;
import dev.proa.api.resource.v1.ResourceSlice;
import dev.proa.api.storage.v1.CSIDriver;
import dev.proa.api.storage.v1.CSINode;
import dev.proa.api.storage.v1.CSIStorageCapacity;
import dev.proa.api.storage.v1.StorageClass;
import dev.proa.api.storage.v1.VolumeAttachment;
import dev.proa.api.view.Kind;
import dev.proa.api.view.KubeObject;
import dev.proa.client.informer.EventHandler;
import dev.proa.client.informer.Informer;
import dev.proa.client.informer.InformerFactory;
import dev.proa.control.scheduler.framework.ClusterEvent;
import dev.proa.control.scheduler.framework.ClusterEvent.Action;
import dev.proa.control.scheduler.queue.SchedulingQueue;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Tells the queue of changes of those resources, besides pods and nodes, that plugins have registered for. */
final class ResourceHandlers {
    private static final Map<String, Kind<? extends KubeObject>> KINDS = Map.of(
            ClusterEvent.PERSISTENT_VOLUME, PersistentVolume.KIND,
            ClusterEvent.PERSISTENT_VOLUME_CLAIM, PersistentVolumeClaim.KIND,
            ClusterEvent.STORAGE_CLASS, StorageClass.KIND,
            ClusterEvent.CSI_NODE, CSINode.KIND,
            ClusterEvent.CSI_DRIVER, CSIDriver.KIND,
            ClusterEvent.CSI_STORAGE_CAPACITY, CSIStorageCapacity.KIND,
            ClusterEvent.VOLUME_ATTACHMENT, VolumeAttachment.KIND,
            ClusterEvent.RESOURCE_CLAIM, ResourceClaim.KIND,
            ClusterEvent.RESOURCE_SLICE, ResourceSlice.KIND,
            ClusterEvent.DEVICE_CLASS, DeviceClass.KIND);

    private ResourceHandlers() {}

    /** Adds the handlers. Plugins have added theirs before, so that what they know is up to date when the queue asks for their hints. */
    static void add(InformerFactory informers, Profiles profiles, SchedulingQueue queue) {
        Set<String> registered = new TreeSet<>();
        profiles.all()
                .forEach(framework -> framework
                        .eventsToRegister()
                        .values()
                        .forEach(registrations -> registrations.forEach(registration ->
                                registered.add(registration.event().resource()))));
        for (String resource : registered) {
            Kind<? extends KubeObject> kind = KINDS.get(resource);
            if (kind != null) {
                add(informers.informer(kind), resource, queue);
            }
        }
    }

    private static <T extends KubeObject> void add(Informer<T> informer, String resource, SchedulingQueue queue) {
        ClusterEvent created = ClusterEvent.of(resource, Action.ADD);
        ClusterEvent changed = ClusterEvent.of(resource, Action.UPDATE_OTHER);
        ClusterEvent gone = ClusterEvent.of(resource, Action.DELETE);
        informer.addHandler(new EventHandler<T>() {
            @Override
            public void added(T object) {
                queue.move(created, null, object);
            }

            @Override
            public void updated(T before, T after) {
                queue.move(changed, before, after);
            }

            @Override
            public void deleted(T last) {
                queue.move(gone, last, null);
            }
        });
    }
}
