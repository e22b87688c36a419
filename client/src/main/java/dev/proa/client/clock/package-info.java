/** Time as something that is handed in, so that it can be moved by hand. */
@NullMarked
package dev.proa.client.clock;

import org.jspecify.annotations.NullMarked;
