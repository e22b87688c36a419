/**
 * Creates layers reproducibly: {@link dev.proa.image.layer.LayerContent} collects files and writes them as an archive
 * that is bit for bit the same for the same files.
 */
@NullMarked
package dev.proa.image.layer;

import org.jspecify.annotations.NullMarked;
