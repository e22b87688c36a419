/**
 * An OCI registry over an {@link dev.proa.image.store.ImageStore}, as the OCI distribution specification 1.1 describes it: {@link
 * dev.proa.registry.RegistryServer}. Who may do what is asked of {@link dev.proa.registry.RegistryAccess}.
 *
 * <pre>
 *   event loop: request ──► virtual thread: {@link dev.proa.registry.Route} ──► authenticate ──► authorize
 *      ──► {@link dev.proa.registry.BlobCalls}, {@link dev.proa.registry.UploadCalls}, {@link dev.proa.registry.ManifestCalls}, {@link dev.proa.registry.ListCalls}
 *      ──► {@link dev.proa.image.store.ImageStore}
 * </pre>
 */
@NullMarked
package dev.proa.registry;

import org.jspecify.annotations.NullMarked;
