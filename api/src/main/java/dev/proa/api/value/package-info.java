/**
 * Immutable JSON values, the one representation of every Kubernetes object in Proa.
 *
 * <p>A value is one of
 *
 * <ul>
 *   <li>{@code null}, {@link java.lang.Boolean}, {@link java.lang.String},
 *   <li>{@link java.lang.Long} for whole numbers that fit, {@link java.lang.Double} for others, and {@link
 *       dev.proa.api.value.Numeral} for those that neither would write again as they were written,
 *   <li>{@link dev.proa.api.value.MapValue} and {@link dev.proa.api.value.ListValue}.
 * </ul>
 *
 * <p>All of them are safe to share between threads, and to hold for ever: the store keeps them, watches deliver them and
 * controllers read them, by reference and without a copy. A change makes a new value that shares everything else.
 */
@NullMarked
package dev.proa.api.value;

import org.jspecify.annotations.NullMarked;
