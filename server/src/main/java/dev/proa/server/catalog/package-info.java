/**
 * What the API server serves: an immutable {@link dev.proa.server.catalog.ApiCatalog} of resources with their schemas, strategies, tables,
 * discovery and OpenAPI documents, which {@link dev.proa.server.catalog.ServedApis} replaces as a whole.
 */
@NullMarked
package dev.proa.server.catalog;

import org.jspecify.annotations.NullMarked;
