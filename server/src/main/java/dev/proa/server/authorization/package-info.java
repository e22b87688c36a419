/** Decides whether a user may do something: the chain of authorizers, and those that know no roles. */
@NullMarked
package dev.proa.server.authorization;

import org.jspecify.annotations.NullMarked;
