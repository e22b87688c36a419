package dev.proa.cli;

import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The parameter APP and the option {@code --namespace}: which deployed application a command is about. */
final class ApplicationOptions {
    @Parameters(paramLabel = "APP", description = "Name of the application, as proa status shows it.")
    private String app;

    @Option(
            names = {"-n", "--namespace"},
            defaultValue = "default",
            paramLabel = "NAMESPACE",
            description = "Where it was deployed to (default: ${DEFAULT-VALUE}).")
    private String namespace;

    String app() {
        return app;
    }

    String namespace() {
        return namespace;
    }
}
