/** Deletes Jobs some time after they have ended ({@code ttlSecondsAfterFinished}, KEP-592). */
@NullMarked
package dev.proa.control.ttlafterfinished;

import org.jspecify.annotations.NullMarked;
