/** Holds writes against the resource quotas of their namespace: the admission plugin {@code ResourceQuota}. */
@NullMarked
package dev.proa.server.quota;

import org.jspecify.annotations.NullMarked;
