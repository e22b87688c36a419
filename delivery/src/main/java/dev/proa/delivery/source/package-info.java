/** Where the manifests of an application come from: a folder, Kustomize, a Helm chart, a Compose file, or they are generated. */
@NullMarked
package dev.proa.delivery.source;

import org.jspecify.annotations.NullMarked;
