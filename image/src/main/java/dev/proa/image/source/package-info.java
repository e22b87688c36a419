/** Folders of strangers: {@code SourceFolder} reads what is in one, and never what is outside. */
@NullMarked
package dev.proa.image.source;

import org.jspecify.annotations.NullMarked;
