/** Aggregation: which API services there are, and the way to the extension API servers behind some of them. */
@NullMarked
package dev.proa.server.aggregator;

import org.jspecify.annotations.NullMarked;
