/** What the server serves, told to clients: the legacy discovery documents and the aggregated ones (KEP-3352). */
@NullMarked
package dev.proa.server.discovery;

import org.jspecify.annotations.NullMarked;
