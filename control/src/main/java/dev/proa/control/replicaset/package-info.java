/**
 * ReplicaSets and ReplicationControllers: keeps as many pods as each wants.
 *
 * <pre>
 *   pods, sets ──► {@link dev.proa.control.replicaset.ReplicaController} claims the pods the selector matches
 *                              ├─► too few: creates, in batches that double ({@link dev.proa.control.shared.SlowStart})
 *                              ├─► too many: deletes those missed least ({@link dev.proa.control.replicaset.DeletionOrder})
 *                              └─► counts them ({@link dev.proa.control.replicaset.ReplicaSetCounts})
 * </pre>
 */
@NullMarked
package dev.proa.control.replicaset;

import org.jspecify.annotations.NullMarked;
