/**
 * The API server: one generic path for every resource, with two entrances.
 *
 * <pre>
 *   HTTP ─ authenticate ┐                     ┌ get · list · watch ─────────────────────────────┐
 *                       ├ authorize ─ route ──┤                                                 ├─ encode
 *   in-process ─ user ──┘                     └ decode ─ default ─ validate ─ commit (store) ───┘
 * </pre>
 *
 * <p>A request is an {@link dev.proa.server.apiserver.ApiRequest}; its path and method become a {@link
 * dev.proa.server.apiserver.RequestInfo} on an {@link dev.proa.server.catalog.Endpoint}; a class per verb answers it with an {@link
 * dev.proa.server.apiserver.ApiResponse}. Failures are {@link dev.proa.api.status.StatusException}s whichever stage they arise in. What
 * is particular to a resource is asked of its {@link dev.proa.server.strategy.Strategy}.
 */
@NullMarked
package dev.proa.server.apiserver;

import org.jspecify.annotations.NullMarked;
