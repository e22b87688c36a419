/**
 * The transport over HTTPS: {@link dev.proa.client.http.HttpTransport}, and {@linkplain dev.proa.client.http.Kubeconfig
 * kubeconfig files}.
 */
@NullMarked
package dev.proa.client.http;

import org.jspecify.annotations.NullMarked;
