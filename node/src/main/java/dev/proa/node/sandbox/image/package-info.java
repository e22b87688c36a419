/** The images of a store as root file systems for containers. */
@NullMarked
package dev.proa.node.sandbox.image;

import org.jspecify.annotations.NullMarked;
