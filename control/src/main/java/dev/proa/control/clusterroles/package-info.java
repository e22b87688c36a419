/** Gathers the rules of aggregated ClusterRoles. */
@NullMarked
package dev.proa.control.clusterroles;

import org.jspecify.annotations.NullMarked;
