/**
 * Sets of the fields of an object, as {@code managedFields} records them ({@code FieldsV1}). A set is kept in the form in which
 * objects have it, a tree of JSON objects, so that nothing is parsed to compare one set with another and unchanged parts are shared.
 */
@NullMarked
package dev.proa.api.fieldpath;

import org.jspecify.annotations.NullMarked;
