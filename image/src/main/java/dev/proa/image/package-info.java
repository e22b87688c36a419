/**
 * OCI images as values: digests, descriptors, manifests, configurations and references.
 *
 * <p>Pure values with their JSON codecs, as the OCI image specification 1.1 has them; Docker's schema 2 media types are
 * read as well. Images on disk are in {@link dev.proa.image.store}.
 */
@NullMarked
package dev.proa.image;

import org.jspecify.annotations.NullMarked;
