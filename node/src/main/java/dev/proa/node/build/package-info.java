/** Runs the commands of image builds in sandboxes, and mounts their layers. */
@NullMarked
package dev.proa.node.build;

import org.jspecify.annotations.NullMarked;
