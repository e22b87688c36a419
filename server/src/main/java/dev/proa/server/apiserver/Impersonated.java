package dev.proa.server.apiserver;

import dev.proa.server.auth.UserInfo;

/**
 * Whom a user acts as.
 *
 * @param constraint the verb that allowed it, as {@code impersonate:user-info}; empty when it was the one without constraints
 */
public record Impersonated(UserInfo user, String constraint) {}
