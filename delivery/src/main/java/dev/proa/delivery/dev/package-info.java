/**
 * The inner loop, {@code proa dev}: {@link dev.proa.delivery.dev.DevSession} watches the folders of applications, deploys what
 * changed or copies it into running containers, forwards ports, and tells logs and trouble.
 */
@NullMarked
package dev.proa.delivery.dev;

import org.jspecify.annotations.NullMarked;
