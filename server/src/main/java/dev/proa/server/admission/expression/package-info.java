/** The match conditions of webhooks and policies, and the variables of their expressions for a request. */
@NullMarked
package dev.proa.server.admission.expression;

import org.jspecify.annotations.NullMarked;
