/** What several controllers need: ownership, what state a pod is in, expectations, and the context they run in. */
@NullMarked
package dev.proa.control.shared;

import org.jspecify.annotations.NullMarked;
