/**
 * The revisioned store: every object of the cluster, every change in one order, and the past until it is compacted.
 *
 * <p>A {@link dev.proa.server.store.CommitLog} orders commits and makes them durable in groups, and a {@link
 * dev.proa.server.store.StateMachine} in memory applies them. Readers use immutable snapshots and never block; watchers read a shared log
 * at their own pace. The log is local, with a journal behind it or without, or that of another store which this one follows.
 */
@NullMarked
package dev.proa.server.store;

import org.jspecify.annotations.NullMarked;
