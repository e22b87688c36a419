/**
 * GitHub's expressions, as in {@code ${{ github.ref == 'refs/heads/main' }}}: parsed, checked and evaluated.
 *
 * <p>A value is {@code null}, {@link java.lang.Boolean}, {@link java.lang.Double}, {@link java.lang.String}, {@link java.util.List}, or {@link java.util.Map} with
 * strings as keys, in the order in which it was written. Nobody changes lists and maps.
 */
@NullMarked
package dev.proa.delivery.workflow.expression;

import org.jspecify.annotations.NullMarked;
