/**
 * Defaults, validation and strategies of the group {@code resource.k8s.io} (dynamic resource allocation).
 */
@NullMarked
package dev.proa.server.resource.device;

import org.jspecify.annotations.NullMarked;
