/**
 * An API server inside this JVM, without nodes and controllers: {@link dev.proa.embedded.EmbeddedApiServer} runs the server
 * and its store, {@link dev.proa.embedded.DirectTransport} is the in-process connection to it.
 */
@NullMarked
package dev.proa.embedded;

import org.jspecify.annotations.NullMarked;
