/**
 * The Common Expression Language as Kubernetes has it (KEP-2876): expressions are parsed, type-checked, priced and evaluated within limits of
 * cost, with Kubernetes' libraries. Nothing of it is loaded before the first expression.
 */
@NullMarked
package dev.proa.server.cel;

import org.jspecify.annotations.NullMarked;
