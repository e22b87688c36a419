/** Models of rollouts: what Deployments, StatefulSets and DaemonSets promise, held against their controllers over a long time. */
@NullMarked
package dev.proa.control.rollout;

import org.jspecify.annotations.NullMarked;
