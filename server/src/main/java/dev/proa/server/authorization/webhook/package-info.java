/** Authorization by webhooks: what they are asked, when, and for how long an answer counts (KEP-3221). */
@NullMarked
package dev.proa.server.authorization.webhook;

import org.jspecify.annotations.NullMarked;
