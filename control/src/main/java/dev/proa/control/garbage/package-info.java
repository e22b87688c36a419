/**
 * The garbage collector: deletes objects whose owners are gone.
 *
 * <pre>
 *   informers of everything that can be deleted ──► {@link dev.proa.control.garbage.OwnerGraph}, owners and dependents by UID
 *                                                       │ what may have to go, or to be let go
 *                                                       ▼
 *                                   {@link dev.proa.control.garbage.GarbageCollector} asks the server and acts
 * </pre>
 *
 * An owner's deletion is one of three: in the background (it goes, its dependents follow), in the foreground (finalizer {@code
 * foregroundDeletion}: those that block it go first) or orphaning (finalizer {@code orphan}: dependents stay without it).
 */
@NullMarked
package dev.proa.control.garbage;

import org.jspecify.annotations.NullMarked;
