/**
 * End-to-end tests: the real kubectl, curl-like clients and containers against {@code proa server} as users run it, each cluster in
 * a network namespace of its own without a way out. {@link dev.proa.e2e.TestCluster} is where to begin.
 */
@NullMarked
package dev.proa.e2e;

import org.jspecify.annotations.NullMarked;
