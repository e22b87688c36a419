/**
 * Typed views of objects: the interfaces that the generated records of {@code dev.proa.api.core.v1} and the other API groups
 * implement, and what they are built with. Views cost nothing until they are used and hold nothing but the value.
 */
@NullMarked
package dev.proa.api.view;

import org.jspecify.annotations.NullMarked;
