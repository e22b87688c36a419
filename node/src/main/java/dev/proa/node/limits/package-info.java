/**
 * What one address, pod or client may take of what all share, so that none can keep the others from their part.
 */
@NullMarked
package dev.proa.node.limits;

import org.jspecify.annotations.NullMarked;
