/** The admission plugin that asks a webhook whether images may run. */
@NullMarked
package dev.proa.server.admission.imagepolicy;

import org.jspecify.annotations.NullMarked;
