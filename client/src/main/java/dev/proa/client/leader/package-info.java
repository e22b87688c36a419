/**
 * Leader election by a {@code Lease}: of several candidates for one task, one at a time is the leader and does it.
 */
@NullMarked
package dev.proa.client.leader;

import org.jspecify.annotations.NullMarked;
