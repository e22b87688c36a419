/**
 * ControllerRevisions: the pod templates that a StatefulSet or a DaemonSet has had, for rolling updates and for {@code kubectl rollout
 * history} and {@code undo}.
 *
 * <pre>
 *   template ──► {@link dev.proa.control.history.Revisions} compares, hashes and names it
 *                    └─► {@link dev.proa.control.history.RevisionHistory} lists, creates, renumbers and deletes revisions
 * </pre>
 */
@NullMarked
package dev.proa.control.history;

import org.jspecify.annotations.NullMarked;
