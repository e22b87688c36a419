/**
 * Defaults, validation and strategies of pods, their volumes, persistent volumes and claims.
 */
@NullMarked
package dev.proa.server.resource.pod;

import org.jspecify.annotations.NullMarked;
