/**
 * What is in an image, and how it came about, in the forms that tools read: {@link dev.proa.image.sbom.ImageScan} finds the packages,
 * {@link dev.proa.image.sbom.CycloneDx} writes them as a software bill of materials, {@link dev.proa.image.sbom.Provenance} says how an image
 * was built, {@link dev.proa.image.sbom.Attachment} stores such documents beside the image.
 */
@NullMarked
package dev.proa.image.sbom;

import org.jspecify.annotations.NullMarked;
