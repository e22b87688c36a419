/** The scheduling queue: the pods that wait for a node, and when each is tried again. */
@NullMarked
package dev.proa.control.scheduler.queue;

import org.jspecify.annotations.NullMarked;
