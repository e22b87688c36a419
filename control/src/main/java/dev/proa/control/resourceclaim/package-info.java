/** The controller of ResourceClaims (dynamic resource allocation, KEP-4381), and what it shares with the scheduler. */
@NullMarked
package dev.proa.control.resourceclaim;

import org.jspecify.annotations.NullMarked;
