/** Remembers answers of others for a time. */
@NullMarked
package dev.proa.server.cache;

import org.jspecify.annotations.NullMarked;
