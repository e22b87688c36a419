/**
 * What objects may look like: types with their fields, and how each list and map is patched and merged. The built-in types come
 * from text resources that the build generates; a custom resource's types are made of the same classes, so that both take the
 * same path everywhere.
 */
@NullMarked
package dev.proa.api.schema;

import org.jspecify.annotations.NullMarked;
