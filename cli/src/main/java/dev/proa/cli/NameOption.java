package dev.proa.cli;

import picocli.CommandLine.Option;

/** Which cluster a command is about. */
final class NameOption {
    @Option(
            names = "--name",
            defaultValue = "proa",
            paramLabel = "NAME",
            description = "Name of the cluster (default: ${DEFAULT-VALUE}).")
    private String name;

    ClusterHome home() {
        if (!name.matches("[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?")) {
            throw new Failure(
                    Exit.USAGE,
                    "\"" + name + "\" cannot name a cluster: use up to 40 lower-case letters, digits and dashes");
        }
        return Home.of(System.getenv()).cluster(name);
    }
}
