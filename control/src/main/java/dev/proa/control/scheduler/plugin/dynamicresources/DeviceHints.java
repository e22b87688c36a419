package dev.proa.control.scheduler.plugin.dynamicresources;

import dev.proa.api.core.v1.Pod;
import dev.proa.api.resource.v1.ResourceClaim;
import dev.proa.api.view.KubeObject;
import dev.proa.control.resourceclaim.ResourceClaims;
import dev.proa.control.resourceclaim.ResourceClaims.Reference;
import dev.proa.control.scheduler.framework.ClusterEvent;
import dev.proa.control.scheduler.framework.ClusterEvent.Action;
import dev.proa.control.scheduler.framework.EventRegistration;
import dev.proa.control.scheduler.framework.PodInfo;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Which changes may help pods that wait for devices. */
final class DeviceHints {
    private DeviceHints() {}

    /** @param complete whether all claims of a pod are there */
    static List<EventRegistration> of(Predicate<Pod> complete) {
        return List.of(
                EventRegistration.of(ClusterEvent.of(
                        ClusterEvent.NODE, Action.ADD, Action.UPDATE_NODE_LABEL, Action.UPDATE_NODE_ALLOCATABLE)),
                new EventRegistration(
                        ClusterEvent.of(ClusterEvent.RESOURCE_CLAIM, Action.ADD, Action.UPDATE_OTHER),
                        (pod, before, after) -> after instanceof ResourceClaim now
                                && complete.test(pod.pod())
                                && helps(pod, before, now)),
                new EventRegistration(
                        ClusterEvent.of(ClusterEvent.POD, Action.UPDATE_POD_GENERATED_RESOURCE_CLAIM),
                        (pod, before, after) ->
                                after instanceof Pod now && now.uid().equals(pod.uid()) && complete.test(now)),
                EventRegistration.of(ClusterEvent.of(ClusterEvent.DEVICE_CLASS, Action.ADD, Action.UPDATE_OTHER)),
                EventRegistration.of(ClusterEvent.of(ClusterEvent.RESOURCE_SLICE, Action.ADD, Action.UPDATE_OTHER)));
    }

    /** A claim that has lost its devices helps every pod; else only what happens to the pod's own. */
    private static boolean helps(PodInfo pod, @Nullable KubeObject before, ResourceClaim after) {
        if (before instanceof ResourceClaim old) {
            return ResourceClaims.isAllocated(old) && !ResourceClaims.isAllocated(after)
                    || uses(pod.pod(), after) && !old.status().equals(after.status());
        }
        return uses(pod.pod(), after);
    }

    private static boolean uses(Pod pod, ResourceClaim claim) {
        return pod.namespace().equals(claim.namespace())
                && pod.spec().resourceClaims().stream()
                        .anyMatch(one ->
                                ResourceClaims.of(pod, one) instanceof Reference.Named(String name, boolean generated)
                                        && name.equals(claim.name()));
    }
}
