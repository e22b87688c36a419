/** JSON Web Tokens of issuers outside of the cluster (OpenID Connect), as {@code AuthenticationConfiguration} of {@code apiserver.config.k8s.io} says (KEP-3331). */
@NullMarked
package dev.proa.server.authentication.jwt;

import org.jspecify.annotations.NullMarked;
