/**
 * What strangers may cost the servers of one process: {@link dev.proa.http.ConnectionGuard} watches every connection from its acceptance on,
 * {@link dev.proa.http.FairBudget} shares out what there is of something, and {@link dev.proa.http.Blocking} keeps waiting away from event
 * loops.
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
