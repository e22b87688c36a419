/**
 * Defaults, validation and strategies of custom resource definitions, API services, webhooks and admission policies.
 */
@NullMarked
package dev.proa.server.resource.extension;

import org.jspecify.annotations.NullMarked;
