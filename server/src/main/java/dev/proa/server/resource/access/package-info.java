/**
 * Defaults, validation and strategies of RBAC, certificate signing requests and flow control.
 */
@NullMarked
package dev.proa.server.resource.access;

import org.jspecify.annotations.NullMarked;
