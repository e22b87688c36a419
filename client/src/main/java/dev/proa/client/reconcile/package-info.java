/**
 * Building blocks of controllers: a {@link dev.proa.client.reconcile.WorkQueue} of keys, workers that hand them to a
 * {@link dev.proa.client.reconcile.Reconciler}, and an {@link dev.proa.client.reconcile.EventRecorder} that tells users
 * what happened.
 */
@NullMarked
package dev.proa.client.reconcile;

import org.jspecify.annotations.NullMarked;
