/** The API {@code metrics.k8s.io}: its resources, types and tables. The metrics themselves come from whoever measures them. */
@NullMarked
package dev.proa.server.resourcemetrics;

import org.jspecify.annotations.NullMarked;
