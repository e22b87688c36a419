/** What the API server counts and measures of itself, under Kubernetes' names. */
@NullMarked
package dev.proa.server.metrics;

import org.jspecify.annotations.NullMarked;
