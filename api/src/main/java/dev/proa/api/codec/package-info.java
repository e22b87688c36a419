/** Values to and from bytes: JSON and YAML. */
@NullMarked
package dev.proa.api.codec;

import org.jspecify.annotations.NullMarked;
