/**
 * Defaults, validation and strategies of priority classes and runtime classes.
 */
@NullMarked
package dev.proa.server.resource.scheduling;

import org.jspecify.annotations.NullMarked;
