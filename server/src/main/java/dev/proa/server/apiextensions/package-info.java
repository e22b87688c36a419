/**
 * Custom resources: structural schemas, and what follows from them: pruning, defaulting, validation, tables and OpenAPI. Pure functions of a
 * definition and an object; serving them is not done here.
 */
@NullMarked
package dev.proa.server.apiextensions;

import org.jspecify.annotations.NullMarked;
