/** The scheduler's plugins for volumes: which nodes a pod's volumes allow, and binding its claims on the node chosen. */
@NullMarked
package dev.proa.control.scheduler.plugin.volume;

import org.jspecify.annotations.NullMarked;
