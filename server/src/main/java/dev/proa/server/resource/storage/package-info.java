/**
 * Defaults, validation and strategies of the group {@code storage.k8s.io}.
 */
@NullMarked
package dev.proa.server.resource.storage;

import org.jspecify.annotations.NullMarked;
