package dev.proa.control.resourceclaim;

import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.PodResourceClaim;
import dev.proa.api.resource.v1.ResourceClaim;
import dev.proa.api.resource.v1.ResourceClaimTemplate;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.ObjectKey;
import dev.proa.client.Patch;
import dev.proa.client.informer.Index;
import dev.proa.client.informer.Informer;
import dev.proa.client.reconcile.Controller;
import dev.proa.client.reconcile.EventRecorder;
import dev.proa.client.reconcile.Reconciler.Result;
import dev.proa.control.resourceclaim.ResourceClaims.Reference;
import dev.proa.control.shared.ControlContext;
import dev.proa.control.shared.Terminating;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Makes the ResourceClaims that pods have templates for, and notes their names in the pods' status; reserves claims for pods that were
 * bound past the scheduler. {@link ClaimCleanup} does the rest once pods are done.
 */
public final class ResourceClaimController {
    private final ControlContext context;
    private final Informer<Pod> pods;
    private final Informer<ResourceClaim> claims;
    private final Informer<ResourceClaimTemplate> templates;
    private final Index<ResourceClaim> byOwner;
    private final EventRecorder events;
    /** The names of claims that the informer may not show yet, by pod and claim of the pod. */
    private final Map<Made, String> made = new ConcurrentHashMap<>();

    private record Made(ObjectKey pod, String uid, String claim) {}

    public ResourceClaimController(ControlContext shared) {
        this.context = shared.as("resource-claim-controller");
        this.pods = context.pods().informer();
        this.claims = context.informers().informer(ResourceClaim.KIND);
        this.templates = context.informers().informer(ResourceClaimTemplate.KIND);
        this.byOwner = claims.indexBy(claim -> claim.metadata().ownerReferences().stream()
                .filter(owner -> owner.controller() && owner.kind().equals("Pod"))
                .map(owner -> owner.uid())
                .toList());
        this.events = context.events("resource_claim");
        Index<Pod> byClaim = pods.indexBy(ResourceClaims::keys);
        Index<Pod> byTemplate = pods.indexBy(ResourceClaimController::templateKeys);
        Controller<ObjectKey> controller = context.controller("resource-claim-controller", this::reconcile);
        controller
                .watch(pods, pod -> ResourceClaims.hasAny(pod) ? ObjectKey.of(pod.value()) : null)
                .watchAll(
                        claims,
                        (claim, keys) -> byClaim.get(claim.namespace() + "/" + claim.name())
                                .forEach(pod -> keys.accept(ObjectKey.of(pod.value()))))
                .watchAll(
                        templates,
                        (template, keys) -> byTemplate
                                .get(template.namespace() + "/" + template.name())
                                .forEach(pod -> keys.accept(ObjectKey.of(pod.value()))));
        new ClaimCleanup(context, pods, claims);
    }

    private static List<String> templateKeys(Pod pod) {
        if (!ResourceClaims.hasAny(pod)) {
            return List.of();
        }
        return pod.spec().resourceClaims().stream()
                .filter(PodResourceClaim::hasResourceClaimTemplateName)
                .map(claim -> pod.namespace() + "/" + claim.resourceClaimTemplateName())
                .toList();
    }

    private Result reconcile(ObjectKey key) {
        Pod pod = pods.get(key);
        if (pod == null || pod.isDeleting() || ResourceClaims.isDone(pod)) {
            made.keySet().removeIf(one -> one.pod.equals(key));
            return Result.DONE;
        }
        List<MapValue> statuses = new ArrayList<>();
        for (PodResourceClaim claim : pod.spec().resourceClaims()) {
            String name = claim.hasResourceClaimTemplateName() ? ensure(pod, claim) : null;
            if (name != null) {
                statuses.add(MapValue.of("name", claim.name(), "resourceClaimName", name));
            }
        }
        if (!statuses.isEmpty()) {
            context.client()
                    .resource(Pod.KIND)
                    .in(pod.namespace())
                    .patchStatus(
                            pod.name(),
                            Patch.strategic(MapValue.of(
                                    "metadata",
                                    MapValue.of("uid", pod.uid()),
                                    "status",
                                    MapValue.of("resourceClaimStatuses", ListValue.copyOf(statuses)))));
        }
        if (!pod.spec().nodeName().isEmpty()) {
            reserve(pod);
        }
        return Result.DONE;
    }

    /** The name of the claim that the pod's status does not name yet; null when it does, or none can be made. */
    private @Nullable String ensure(Pod pod, PodResourceClaim claim) {
        switch (ResourceClaims.of(pod, claim)) {
            case Reference.NotNeeded() -> {
                return null;
            }
            case Reference.Named(String name, boolean generated) -> {
                ResourceClaim there = claims.get(pod.namespace(), name);
                if (there != null && ResourceClaims.whyNotOwned(pod, there) == null) {
                    return null;
                }
            }
            case Reference.NotCreated(String message) -> {}
        }
        Made key = new Made(ObjectKey.of(pod.value()), pod.uid(), claim.name());
        for (ResourceClaim there : byOwner.get(pod.uid())) {
            if (claim.name().equals(there.annotations().get(ResourceClaims.POD_CLAIM_NAME))) {
                made.remove(key);
                return there.name();
            }
        }
        String unseen = made.get(key);
        if (unseen != null
                && context.client()
                                .resource(ResourceClaim.KIND)
                                .in(pod.namespace())
                                .find(unseen)
                        != null) {
            return unseen;
        }
        String created = create(pod, claim);
        if (created != null) {
            made.put(key, created);
        }
        return created;
    }

    private @Nullable String create(Pod pod, PodResourceClaim claim) {
        String name = claim.resourceClaimTemplateName();
        ResourceClaimTemplate template = templates.get(pod.namespace(), name);
        if (template == null) {
            fail(
                    pod,
                    claim,
                    "resource claim template \"" + name + "\": resourceclaimtemplate.resource.k8s.io \"" + name
                            + "\" not found");
            return null; // the template wakes the pod
        }
        try {
            return context.client()
                    .resource(ResourceClaim.KIND)
                    .create(ClaimTemplates.make(template, pod, claim.name()))
                    .name();
        } catch (StatusException e) {
            if (Terminating.isCauseOf(e)) {
                return null;
            }
            fail(pod, claim, "create ResourceClaim : " + e.getMessage());
            throw e;
        }
    }

    private void fail(Pod pod, PodResourceClaim claim, String why) {
        events.warning(pod, "FailedResourceClaimCreation", "PodResourceClaim " + claim.name() + ": " + why);
    }

    /** The scheduler reserves the claims of pods that it binds; others, such as those that name their node, get theirs here. */
    private void reserve(Pod pod) {
        for (PodResourceClaim one : pod.spec().resourceClaims()) {
            if (ResourceClaims.of(pod, one) instanceof Reference.Named(String name, boolean generated)) {
                ResourceClaim claim = claims.get(pod.namespace(), name);
                if (claim != null
                        && (!generated || ResourceClaims.whyNotOwned(pod, claim) == null)
                        && ResourceClaims.isAllocated(claim)
                        && !ResourceClaims.isReservedFor(claim, pod)
                        && ResourceClaims.canBeReserved(claim)) {
                    context.client().resource(ResourceClaim.KIND).updateStatus(ResourceClaims.reserve(claim, pod));
                }
            }
        }
    }
}
