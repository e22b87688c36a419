/** A client of the Kubernetes API: {@link dev.proa.client.Client}, over HTTPS or within one JVM. */
@NullMarked
package dev.proa.client;

import org.jspecify.annotations.NullMarked;
