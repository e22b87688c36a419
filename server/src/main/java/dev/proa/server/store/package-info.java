/**
 * The revisioned store: every object of the cluster, every change in one order, and the past until it is compacted.
 *
 * <p>One writer orders commits and makes them durable in groups; readers use immutable snapshots and never block; watchers
 * read a shared log at their own pace. Implementations keep their state in memory, with a journal behind it or without.
 */
@NullMarked
package dev.proa.server.store;

import org.jspecify.annotations.NullMarked;
