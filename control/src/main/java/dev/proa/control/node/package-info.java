/**
 * The node controllers: taint nodes whose heartbeats stop, and evict their pods.
 *
 * <pre>
 *   leases and heartbeats ──► {@link dev.proa.control.node.Heartbeats}, when was it last heard of
 *                                 │ 50 s of silence
 *                                 ▼
 *      conditions Unknown ──► {@link dev.proa.control.node.NodeTaints} ──► {@link dev.proa.control.node.TaintEvictionController}: pods go when they
 *      {@link dev.proa.control.node.NodeLifecycleController}                            tolerate the taint no longer
 * </pre>
 */
@NullMarked
package dev.proa.control.node;

import org.jspecify.annotations.NullMarked;
