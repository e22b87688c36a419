/** What several controllers use: owner references, the state of pods, expectations, and the context that makes and runs them. */
@NullMarked
package dev.proa.control.shared;

import org.jspecify.annotations.NullMarked;
