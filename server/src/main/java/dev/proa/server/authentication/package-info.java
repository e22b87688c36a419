/** Finds out who makes a request: by client certificates and by tokens of several kinds. */
@NullMarked
package dev.proa.server.authentication;

import org.jspecify.annotations.NullMarked;
