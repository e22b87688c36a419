/**
 * Defaults, validation and strategies of the core group, but for pods, volumes and services; of events and leases.
 */
@NullMarked
package dev.proa.server.resource.core;

import org.jspecify.annotations.NullMarked;
