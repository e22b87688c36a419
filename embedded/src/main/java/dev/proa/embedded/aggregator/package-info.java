/** The controllers of aggregation, which are part of an API server, and its own calls of extension API servers. */
@NullMarked
package dev.proa.embedded.aggregator;

import org.jspecify.annotations.NullMarked;
