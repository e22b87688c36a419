/** The audit log: who asked for what, and what was answered, as events of {@code audit.k8s.io/v1}, as far as a policy says. */
@NullMarked
package dev.proa.server.audit;

import org.jspecify.annotations.NullMarked;
