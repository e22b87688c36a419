package dev.proa.cli;

import picocli.CommandLine.Option;

/** The option {@code --name}: which cluster a command is about. */
final class NameOption {
    static final String USUAL = "proa";

    @Option(
            names = "--name",
            defaultValue = USUAL,
            paramLabel = "NAME",
            description = "Name of the cluster (default: ${DEFAULT-VALUE}).")
    private String name;

    static boolean isValid(String name) {
        return name.matches("[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?");
    }

    ClusterHome home() {
        return home(name);
    }

    /** The directory of the cluster that the user named. */
    static ClusterHome home(String name) {
        if (!isValid(name)) {
            throw new Failure(
                    Exit.USAGE,
                    "\"" + name + "\" cannot name a cluster: use up to 40 lower-case letters, digits and dashes");
        }
        return Home.of(System.getenv()).cluster(name);
    }
}
