package dev.proa.node.server;

import java.nio.file.Path;

/**
 * The log files of a node.
 *
 * @param directory the log directory, with the logs of its pods; {@code /var/log} on other nodes
 * @param kubelet the log of the kubelet's process
 */
public record NodeLogFiles(Path directory, Path kubelet) {}
