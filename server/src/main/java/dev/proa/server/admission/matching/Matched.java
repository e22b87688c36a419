package dev.proa.server.admission.matching;

import dev.proa.api.resource.ResourceType;
import dev.proa.server.admission.GroupVersionKind;

/**
 * As what a webhook or policy sees a request.
 *
 * @param resource that of the request, or an equivalent one: the same objects in another version or group
 * @param kind of the objects at this resource, or at the subresource of the request
 */
public record Matched(ResourceType resource, GroupVersionKind kind) {}
