/** Untrusted source folders: {@code SourceFolder} reads what is inside, and never what is outside. */
@NullMarked
package dev.proa.image.source;

import org.jspecify.annotations.NullMarked;
