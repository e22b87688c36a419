/**
 * The stage that looks at what a write would make of an object, and refuses it by who writes and by the rest of the cluster: plugins
 * that every write passes.
 */
@NullMarked
package dev.proa.server.admission;

import org.jspecify.annotations.NullMarked;
