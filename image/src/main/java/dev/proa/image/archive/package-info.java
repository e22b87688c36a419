/**
 * Images in files: {@link dev.proa.image.archive.ImageArchives} reads docker-archives and OCI layouts into a store, {@link
 * dev.proa.image.archive.ImageExport} writes them.
 */
@NullMarked
package dev.proa.image.archive;

import org.jspecify.annotations.NullMarked;
