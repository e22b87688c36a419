/**
 * Logins from an LDAP directory: the webhook that checks passwords, gives tokens for them, and tells API servers whose a token is. Knows nothing of
 * clusters, and could run anywhere.
 */
@NullMarked
package dev.proa.cli.ldap;

import org.jspecify.annotations.NullMarked;
