/**
 * Builds images without a container daemon: {@link dev.proa.image.build.ProjectImageBuilder} from an application's
 * source, {@link dev.proa.image.build.HostImageBuilder} from installed programs.
 */
@NullMarked
package dev.proa.image.build;

import org.jspecify.annotations.NullMarked;
