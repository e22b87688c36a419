/**
 * The expression language of conditions in analyses: expr-lang 1.17 as Argo Rollouts uses it, over values of JSON, times and durations.
 * {@link dev.proa.delivery.analysis.expression.Expression} is the way in. Not there: methods of times and durations, bit operations,
 * {@code toJSON}, time zones.
 */
@NullMarked
package dev.proa.delivery.analysis.expression;

import org.jspecify.annotations.NullMarked;
