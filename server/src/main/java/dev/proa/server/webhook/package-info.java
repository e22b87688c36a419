/** Calls of the API server to webhooks and to other API servers: where their services are, and how they are reached. */
@NullMarked
package dev.proa.server.webhook;

import org.jspecify.annotations.NullMarked;
