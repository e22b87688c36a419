/** What the API looks like, for programs: OpenAPI v3, made of the schema of the built-in types. */
@NullMarked
package dev.proa.server.openapi;

import org.jspecify.annotations.NullMarked;
