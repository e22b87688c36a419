/**
 * Reads images from files: OCI layouts, as directories or archives, and what {@code docker save} writes. {@link
 * dev.proa.image.archive.ImageArchives} reads them into an {@link dev.proa.image.store.ImageStore}.
 */
@NullMarked
package dev.proa.image.archive;

import org.jspecify.annotations.NullMarked;
