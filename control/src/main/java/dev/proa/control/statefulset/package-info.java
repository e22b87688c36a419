/**
 * The StatefulSet controller: gives each ordinal of a StatefulSet one pod, with a name and claims that stay.
 *
 * <pre>
 *   sets, pods, revisions, claims ──► {@link dev.proa.control.statefulset.StatefulSetController} adopts and releases
 *          ├─► {@link dev.proa.control.statefulset.SetRevisions} current and update revision
 *          ├─► {@link dev.proa.control.statefulset.Plan} what to do next, in which order, and the status
 *          │        ├─► {@link dev.proa.control.statefulset.Identity}, {@link dev.proa.control.statefulset.Claims} pods and claims of an ordinal
 *          │        └─► {@link dev.proa.control.statefulset.ClaimOwners} with whom a claim is deleted
 *          └─► {@link dev.proa.control.statefulset.StatefulPodWriter} does it
 * </pre>
 */
@NullMarked
package dev.proa.control.statefulset;

import org.jspecify.annotations.NullMarked;
