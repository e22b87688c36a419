/** Serves custom resources: the endpoints and strategies of what {@link dev.proa.server.apiextensions} reads from definitions. */
@NullMarked
package dev.proa.server.customresource;

import org.jspecify.annotations.NullMarked;
