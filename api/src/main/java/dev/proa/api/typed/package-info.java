/**
 * Objects with a schema, as server-side apply sees them: which fields they have, what differs between two of them, what comes out
 * when one is merged into the other or some of its fields are removed. One class for each of these walks over an object, and {@link
 * dev.proa.api.typed.MergeType} for the schema, which comes from built-in types or from that of a custom resource.
 *
 * <p>Values are those of JSON, with numbers that are {@code Long} or {@code Double}. A field that is absent is another thing than one
 * that is null.
 */
@NullMarked
package dev.proa.api.typed;

import org.jspecify.annotations.NullMarked;
