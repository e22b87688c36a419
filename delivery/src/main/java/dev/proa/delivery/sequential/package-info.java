/**
 * A sequential test of a canary against the stable version: after every batch of requests it says whether the canary is worse, and the
 * chance that it ever says so of a canary that is not stays below a level, no matter how often or until when one looks.
 *
 * <p>Each batch is a two-by-two table: requests of the two versions, with or without a hit (an error; an answer slower than a bound). Given
 * the sums of the table, the hits of the canary have Fisher's noncentral hypergeometric distribution, whatever the rate of hits is at that
 * time of day. A likelihood ratio of two odds ratios has mean 1 under the smaller one, so products of such ratios over the batches, and
 * averages of such products, are non-negative supermartingales while the canary is no worse; by Ville's inequality they exceed
 * {@code 1 / alpha} with probability {@code alpha} at most. {@code docs/adr/0113-sequential-test.md} has the argument and simulations.
 */
@NullMarked
package dev.proa.delivery.sequential;

import org.jspecify.annotations.NullMarked;
