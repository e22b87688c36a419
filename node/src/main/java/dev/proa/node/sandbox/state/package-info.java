/** The records of sandboxes and containers on disk, and their removal. */
@NullMarked
package dev.proa.node.sandbox.state;

import org.jspecify.annotations.NullMarked;
