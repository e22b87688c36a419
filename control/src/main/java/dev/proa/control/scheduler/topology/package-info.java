/** How many pods of some kind are in each domain of a topology, kept up to date from snapshot to snapshot. */
@NullMarked
package dev.proa.control.scheduler.topology;

import org.jspecify.annotations.NullMarked;
