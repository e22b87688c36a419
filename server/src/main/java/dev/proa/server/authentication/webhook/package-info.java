/** Asks a webhook whose a bearer token is, by {@code TokenReview}s of {@code authentication.k8s.io}. */
@NullMarked
package dev.proa.server.authentication.webhook;

import org.jspecify.annotations.NullMarked;
