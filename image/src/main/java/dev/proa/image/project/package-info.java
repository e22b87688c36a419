/**
 * What the files of a folder tell about the application in it: language, toolchain, entry point and start command.
 * Reads text only; nothing of the folder is run.
 */
@NullMarked
package dev.proa.image.project;

import org.jspecify.annotations.NullMarked;
