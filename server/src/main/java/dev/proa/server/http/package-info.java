/**
 * The API server's entrance from the network: TLS, HTTP/1.1 and HTTP/2, on Vert.x.
 *
 * <p>Event loops read and write. Each request is answered on a virtual thread of its own, which hands finished bytes back; watches are
 * served by event loops. The JSON bytes of an object are encoded once per revision and shared.
 */
@NullMarked
package dev.proa.server.http;

import org.jspecify.annotations.NullMarked;
