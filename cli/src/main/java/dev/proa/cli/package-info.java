/**
 * The {@code proa} command. {@link dev.proa.cli.Main} finds the class of the subcommand; each reads its options, does its work
 * through {@code cluster} and {@code delivery}, prints, and returns an {@link dev.proa.cli.Exit}.
 */
@NullMarked
package dev.proa.cli;

import org.jspecify.annotations.NullMarked;
