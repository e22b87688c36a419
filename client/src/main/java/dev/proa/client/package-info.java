/** How a program talks to the Kubernetes API: one {@link dev.proa.client.Client}, two transports. */
@NullMarked
package dev.proa.client;

import org.jspecify.annotations.NullMarked;
