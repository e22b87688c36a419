/**
 * Talking to an API server by HTTPS: {@link dev.proa.client.http.HttpTransport}, and the {@linkplain
 * dev.proa.client.http.Kubeconfig files} that say where it is and who asks.
 */
@NullMarked
package dev.proa.client.http;

import org.jspecify.annotations.NullMarked;
