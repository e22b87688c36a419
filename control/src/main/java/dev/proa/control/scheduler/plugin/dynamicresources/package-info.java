/** The scheduler's plugin for dynamic resource allocation (KEP-4381): it allocates devices to the ResourceClaims of pods. */
@NullMarked
package dev.proa.control.scheduler.plugin.dynamicresources;

import org.jspecify.annotations.NullMarked;
