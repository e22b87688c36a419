/** Which authorizers are asked in which order: {@code AuthorizationConfiguration} of {@code apiserver.config.k8s.io} (KEP-3221), or flags. */
@NullMarked
package dev.proa.server.authorization.configuration;

import org.jspecify.annotations.NullMarked;
