/**
 * {@link dev.proa.server.resource.Strategies} finds the strategy of each built-in resource; the packages below hold them by subject.
 */
@NullMarked
package dev.proa.server.resource;

import org.jspecify.annotations.NullMarked;
