/** The certificates and keys of a cluster, and the requests for more. */
@NullMarked
package dev.proa.server.pki;

import org.jspecify.annotations.NullMarked;
