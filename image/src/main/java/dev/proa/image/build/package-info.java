/**
 * Images from sources and from what this machine has: {@link dev.proa.image.build.ProjectImageBuilder} makes that of an
 * application, {@link dev.proa.image.build.HostImageBuilder} one of installed programs. No container daemon takes part.
 */
@NullMarked
package dev.proa.image.build;

import org.jspecify.annotations.NullMarked;
