/** Untrusted tar archives: {@code TarEntries} reads them within {@code UnpackLimits}. */
@NullMarked
package dev.proa.image.tar;

import org.jspecify.annotations.NullMarked;
