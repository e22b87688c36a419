/**
 * Defaults, validation and strategies of services, endpoints and the group {@code networking.k8s.io}; allocation of service addresses and node ports.
 */
@NullMarked
package dev.proa.server.resource.network;

import org.jspecify.annotations.NullMarked;
