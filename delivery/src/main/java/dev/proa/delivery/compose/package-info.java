/** Translates Compose files to manifests. */
@NullMarked
package dev.proa.delivery.compose;

import org.jspecify.annotations.NullMarked;
