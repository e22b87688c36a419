/**
 * The rules of one resource as the request pipeline asks for them: {@link dev.proa.server.strategy.Strategy}, and the implementation that serves most resources.
 *
 * <p>The pipeline knows verbs and stages and asks a strategy for everything else. Strategies are functions of values; only
 * {@linkplain dev.proa.server.strategy.Allocation allocations} and deletions write to the store.
 */
@NullMarked
package dev.proa.server.strategy;

import org.jspecify.annotations.NullMarked;
