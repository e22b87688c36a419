/**
 * Who asks, and whether they may: the cluster's certificates, service account tokens, the stage that authenticates and the
 * stage that authorizes.
 */
@NullMarked
package dev.proa.server.auth;

import org.jspecify.annotations.NullMarked;
