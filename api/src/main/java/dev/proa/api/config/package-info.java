/** Reads files of configuration strictly, with file and field in each error. */
@NullMarked
package dev.proa.api.config;

import org.jspecify.annotations.NullMarked;
