/**
 * The scheduling framework (KEP-624): the extension points that scheduler plugins implement, what plugins are given, and
 * {@link dev.proa.control.scheduler.framework.Framework}, which runs the plugins of a profile.
 */
@NullMarked
package dev.proa.control.scheduler.framework;

import org.jspecify.annotations.NullMarked;
