/** The expressions of webhooks and policies: what they may use, and how they are compiled and evaluated within a budget. */
@NullMarked
package dev.proa.server.expression;

import org.jspecify.annotations.NullMarked;
