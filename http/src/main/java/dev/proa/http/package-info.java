/**
 * Limits on what clients may cost the HTTP servers of one process: {@link dev.proa.http.ConnectionGuard} limits
 * connections from the moment they are accepted, {@link dev.proa.http.FairBudget} shares resources fairly, and {@link
 * dev.proa.http.Blocking} keeps blocking calls off event loops.
 *
 * <pre>
 *   accepted ──► handshaking ──► stranger ──► known
 *                10 s            10 s idle    a user's share of the connections
 *                └── the oldest gives way to the newest ──┘
 * </pre>
 */
@NullMarked
package dev.proa.http;

import org.jspecify.annotations.NullMarked;
