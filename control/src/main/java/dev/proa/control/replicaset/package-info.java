/**
 * The ReplicaSet controller: keeps as many pods as a ReplicaSet wants.
 *
 * <pre>
 *   pods, replica sets ──► {@link dev.proa.control.replicaset.ReplicaSetController} claims the pods the selector matches
 *                              ├─► too few: creates, in batches that double ({@link dev.proa.control.replicaset.SlowStart})
 *                              ├─► too many: deletes those missed least ({@link dev.proa.control.replicaset.DeletionOrder})
 *                              └─► counts them ({@link dev.proa.control.replicaset.ReplicaSetCounts})
 * </pre>
 */
@NullMarked
package dev.proa.control.replicaset;

import org.jspecify.annotations.NullMarked;
