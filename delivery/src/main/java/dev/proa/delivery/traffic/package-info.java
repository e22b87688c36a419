/** Splits traffic between the versions of a Rollout: what a router must do, and the routers there are. */
@NullMarked
package dev.proa.delivery.traffic;

import org.jspecify.annotations.NullMarked;
