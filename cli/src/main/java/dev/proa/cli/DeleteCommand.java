package dev.proa.cli;

import dev.proa.client.Client;
import dev.proa.client.http.HttpTransport;
import dev.proa.client.http.Kubeconfig;
import dev.proa.delivery.Removal;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code proa delete}: deletes an application from a cluster. */
@Command(
        name = "delete",
        mixinStandardHelpOptions = true,
        description = {
            "Delete an application with all that was deployed of it.",
            "",
            "Namespaces and claims stay, for data may be in them."
        })
final class DeleteCommand implements Callable<Integer> {
    @Parameters(paramLabel = "APP", description = "Name of the application, as proa status shows it.")
    private String app;

    @Mixin
    private NameOption name;

    @Option(
            names = {"-n", "--namespace"},
            defaultValue = "default",
            paramLabel = "NAMESPACE",
            description = "Where it was deployed to (default: ${DEFAULT-VALUE}).")
    private String namespace;

    @Spec
    private picocli.CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() {
        ClusterHome home = name.home();
        home.require();
        try (Client client = new Client(
                new HttpTransport(Kubeconfig.load(List.of(home.kubeconfig())).connection(home.name())))) {
            Removal.delete(client, namespace, app).forEach(spec.commandLine().getOut()::println);
        }
        return Exit.OK;
    }
}
