/**
 * What objects use of resource quotas: which names of a quota's {@code hard} a resource counts for, which scopes an object is in, and how
 * much it uses. Pure; API server and controller manager both reckon with it.
 */
@NullMarked
package dev.proa.api.quota;

import org.jspecify.annotations.NullMarked;
