/** A small JSON tree over Jackson's streaming parser: the documents of an image are few and short. */
@NullMarked
package dev.proa.image.json;

import org.jspecify.annotations.NullMarked;
