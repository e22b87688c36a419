/**
 * The project's benchmarks: {@link dev.proa.bench.Bench} starts Proa and, when it is there, the real control plane, has
 * the same work done by both from outside, and writes down what each needed.
 */
@NullMarked
package dev.proa.bench;

import org.jspecify.annotations.NullMarked;
