/**
 * Informers: local caches of API objects, kept up to date by watches. In one JVM with the server they hold the very
 * objects that the store holds.
 */
@NullMarked
package dev.proa.client.informer;

import org.jspecify.annotations.NullMarked;
