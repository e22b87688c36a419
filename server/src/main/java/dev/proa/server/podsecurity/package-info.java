/**
 * The Pod Security Standards (KEP-2579): which pods a namespace's labels let in, and of which they warn. The checks are pure functions
 * of a pod; {@link dev.proa.server.podsecurity.PodSecurity} is the admission plugin.
 */
@NullMarked
package dev.proa.server.podsecurity;

import org.jspecify.annotations.NullMarked;
