/**
 * The project's benchmarks: {@link dev.proa.bench.Bench} starts Proa and, when it is there, the real control plane, has
 * the same work done by both from outside, and writes down what each needed; {@link dev.proa.bench.Loop} measures how long
 * {@code proa dev} takes from a changed line to its answer.
 */
@NullMarked
package dev.proa.bench;

import org.jspecify.annotations.NullMarked;
