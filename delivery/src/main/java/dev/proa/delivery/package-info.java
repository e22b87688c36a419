/**
 * Deploys applications from source: {@link dev.proa.delivery.Deployer} builds the image, applies the {@link
 * dev.proa.delivery.Manifests} as {@code kubectl apply} would, follows the rollout, and asks the service's URL. It is a
 * client of the Kubernetes API and of nothing else.
 */
@NullMarked
package dev.proa.delivery;

import org.jspecify.annotations.NullMarked;
