package dev.proa.delivery;

import java.nio.file.Path;
import java.time.Duration;

/**
 * What to deliver.
 *
 * @param project folder of the application
 * @param namespace for manifests that name none
 * @param timeout for the rollout and the first answer together; the build is not counted
 */
public record DeployRequest(Path project, String namespace, Duration timeout) {}
