/**
 * The resources that an API server serves: {@link dev.proa.api.resource.ResourceType} with its names, verbs and subresources,
 * and the {@linkplain dev.proa.api.resource.ResourceCatalog catalogue} of the built-in ones.
 */
@NullMarked
package dev.proa.api.resource;

import org.jspecify.annotations.NullMarked;
