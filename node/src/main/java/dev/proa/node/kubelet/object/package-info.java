/**
 * The API objects that pods refer to: ConfigMaps and Secrets, which are watched, and service account tokens, which
 * are requested.
 */
@NullMarked
package dev.proa.node.kubelet.object;

import org.jspecify.annotations.NullMarked;
