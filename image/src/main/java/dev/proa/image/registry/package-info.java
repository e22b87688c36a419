/**
 * The client of registries (OCI distribution specification 1.1): {@link dev.proa.image.registry.RegistryClient} pulls into an {@link
 * dev.proa.image.store.ImageStore} and pushes from it, {@link dev.proa.image.registry.RegistryLogins} finds the user's credentials.
 */
@NullMarked
package dev.proa.image.registry;

import org.jspecify.annotations.NullMarked;
