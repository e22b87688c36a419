/** What containers write: read from their pipes, kept as log files in the CRI's form, passed on to attached clients. */
@NullMarked
package dev.proa.node.sandbox.output;

import org.jspecify.annotations.NullMarked;
