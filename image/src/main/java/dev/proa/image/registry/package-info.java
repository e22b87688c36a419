/**
 * Pulls images from registries (OCI distribution specification 1.1): {@link dev.proa.image.registry.RegistryClient}
 * pulls into an {@link dev.proa.image.store.ImageStore}.
 */
@NullMarked
package dev.proa.image.registry;

import org.jspecify.annotations.NullMarked;
