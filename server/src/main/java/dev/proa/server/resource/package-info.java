/**
 * What is particular to a resource: its defaults, what it sets on create and update, its validation, what it takes of the
 * cluster's shared ranges, how it is deleted, and by which fields it can be selected.
 *
 * <p>The generic request path knows verbs and pipeline stages and asks a {@link dev.proa.server.resource.Strategy} for everything
 * else. Strategies are functions of values; only {@linkplain dev.proa.server.resource.Allocation allocations} hold state.
 */
@NullMarked
package dev.proa.server.resource;

import org.jspecify.annotations.NullMarked;
