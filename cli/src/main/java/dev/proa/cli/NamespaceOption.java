package dev.proa.cli;

import picocli.CommandLine.Option;

/** The option that says where manifests without a namespace go. */
final class NamespaceOption {
    @Option(
            names = {"-n", "--namespace"},
            defaultValue = "default",
            paramLabel = "NAMESPACE",
            description = "For manifests that name none (default: ${DEFAULT-VALUE}).")
    private String namespace;

    String namespace() {
        return namespace;
    }
}
