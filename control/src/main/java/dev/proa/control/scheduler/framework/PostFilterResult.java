package dev.proa.control.scheduler.framework;

import org.jspecify.annotations.Nullable;

/**
 * The result of {@link Plugin.PostFilter}.
 *
 * @param status success when the pod will fit soon
 * @param nominatedNode the node on which room is being made, empty to clear what was nominated before; null to leave it
 */
public record PostFilterResult(Status status, @Nullable String nominatedNode) {}
