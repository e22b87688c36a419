/**
 * Images on disk: {@link dev.proa.image.store.ImageStore} holds blobs and names in an OCI image layout, {@link
 * dev.proa.image.store.LayerStore} the layers unpacked into directories that overlay mounts are made of.
 */
@NullMarked
package dev.proa.image.store;

import org.jspecify.annotations.NullMarked;
