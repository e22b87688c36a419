package dev.proa.delivery;

import java.nio.file.Path;
import java.time.Duration;

/**
 * What to deliver.
 *
 * @param project folder of the application
 * @param namespace for manifests that name none
 * @param timeout for the rollout and the first answer together; the build is not counted
 * @param name of the application; empty for the folder's own
 * @param prune whether to delete what was deployed before and is in no manifest any more
 * @param createNamespace whether to make a namespace that is not there
 * @param port on which the application listens, for generated manifests; 0 to go by what was said before, or by its source
 */
public record DeployRequest(
        Path project,
        String namespace,
        Duration timeout,
        String name,
        boolean prune,
        boolean createNamespace,
        int port) {

    /** A delivery as it usually is. */
    public static DeployRequest of(Path project, String namespace, Duration timeout) {
        return new DeployRequest(project, namespace, timeout, "", false, false, 0);
    }
}
