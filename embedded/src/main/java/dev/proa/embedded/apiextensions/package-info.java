/** The controllers of CustomResourceDefinitions, which are part of an API server. */
@NullMarked
package dev.proa.embedded.apiextensions;

import org.jspecify.annotations.NullMarked;
