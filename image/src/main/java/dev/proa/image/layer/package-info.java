/**
 * Layers in the making: {@link dev.proa.image.layer.LayerContent} collects files, and writes them as an archive that is the
 * same, bit for bit, whenever and wherever the same files are given.
 */
@NullMarked
package dev.proa.image.layer;

import org.jspecify.annotations.NullMarked;
