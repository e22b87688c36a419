package dev.proa.delivery;

import java.nio.file.Path;
import java.time.Duration;

/**
 * What to deploy.
 *
 * @param project folder of the application
 * @param namespace for manifests that name none
 * @param timeout for the rollout and the first answer together, without the build
 * @param name of the application; empty for the folder's own
 * @param prune whether to delete objects that were deployed before and are no longer in the manifests
 * @param createNamespace whether to create a missing namespace
 * @param port on which the application listens, for generated manifests; 0 for the remembered one, or what its source
 *     says
 */
public record DeployRequest(
        Path project,
        String namespace,
        Duration timeout,
        String name,
        boolean prune,
        boolean createNamespace,
        int port) {

    /** A request with the usual options. */
    public static DeployRequest of(Path project, String namespace, Duration timeout) {
        return new DeployRequest(project, namespace, timeout, "", false, false, 0);
    }
}
