/** The scheduler's plugins, each a class under its upstream name, and the list of the default ones. */
@NullMarked
package dev.proa.control.scheduler.plugin;

import org.jspecify.annotations.NullMarked;
