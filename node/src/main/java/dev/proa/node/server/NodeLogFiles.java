package dev.proa.node.server;

import java.nio.file.Path;

/**
 * Where the logs of a node lie.
 *
 * @param directory those of its pods, and whatever else is there: what {@code /var/log} is on other nodes
 * @param kubelet the log of the kubelet's process
 */
public record NodeLogFiles(Path directory, Path kubelet) {}
