/**
 * Background loops that no failure ends: a {@link dev.proa.client.supervision.Supervisor} logs and counts what a loop
 * throws, runs it again with back-off, and knows which loops are healthy.
 */
@NullMarked
package dev.proa.client.supervision;

import org.jspecify.annotations.NullMarked;
