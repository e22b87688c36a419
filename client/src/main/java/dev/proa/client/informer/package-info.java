/**
 * Local views of what the API holds, kept current by watches: {@link dev.proa.client.informer.Informer}. In one JVM they hold
 * the very objects that the store holds.
 */
@NullMarked
package dev.proa.client.informer;

import org.jspecify.annotations.NullMarked;
