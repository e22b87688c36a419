/**
 * The namespace controller: deletes what is in a namespace that is being deleted.
 *
 * <pre>
 *   Active ──delete──► Terminating ──► pods go ──► everything else goes ──► finalizer taken away ──► gone
 * </pre>
 *
 * Conditions say at each look what is in the way.
 */
@NullMarked
package dev.proa.control.namespace;

import org.jspecify.annotations.NullMarked;
