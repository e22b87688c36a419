/**
 * Finds the dynamic loader and shared libraries that a program needs, from its ELF headers, as the loader itself would.
 * No program is run to find out.
 */
@NullMarked
package dev.proa.image.elf;

import org.jspecify.annotations.NullMarked;
