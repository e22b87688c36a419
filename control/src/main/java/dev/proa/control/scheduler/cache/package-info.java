/** The scheduler cache: nodes and the pods on them, bound or assumed, from which snapshots are taken. */
@NullMarked
package dev.proa.control.scheduler.cache;

import org.jspecify.annotations.NullMarked;
