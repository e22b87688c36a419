/**
 * The API server's entrance from the network: TLS, HTTP/1.1 and HTTP/2, on Vert.x.
 *
 * <p>Event loops read and write; GETs of single objects are answered right there, because they never block. All else runs on a virtual
 * thread of its own, and hands finished bytes back. Objects' JSON bytes are made once per revision and shared.
 */
@NullMarked
package dev.proa.server.http;

import org.jspecify.annotations.NullMarked;
