package dev.proa.cli;

import dev.proa.client.Client;
import dev.proa.delivery.Removal;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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
    @Mixin
    private ApplicationOptions application;

    @Mixin
    private NameOption name;

    @Spec
    private picocli.CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() {
        ClusterHome home = name.home();
        home.require();
        try (Client client = new Client(Administrator.transport(home))) {
            Removal.delete(client, application.namespace(), application.app())
                    .forEach(spec.commandLine().getOut()::println);
        }
        return Exit.OK;
    }
}
