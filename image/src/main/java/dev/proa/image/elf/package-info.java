/**
 * What a program of this machine needs to run elsewhere: its dynamic loader and shared libraries, read from its ELF headers as
 * the loader itself would. No program is run to find out.
 */
@NullMarked
package dev.proa.image.elf;

import org.jspecify.annotations.NullMarked;
