package dev.proa.cli;

import dev.proa.delivery.DeployRequest;
import dev.proa.delivery.Deployer;
import dev.proa.delivery.config.AppSpec;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code proa manifests}: prints the manifests that would be applied for a folder. */
@Command(
        name = "manifests",
        mixinStandardHelpOptions = true,
        description = {
            "Print the manifests of an application, without building or deploying it.",
            "",
            "To keep generated ones and change them: mkdir k8s && proa manifests . > k8s/app.yaml"
        })
final class ManifestsCommand implements Callable<Integer> {
    @Mixin
    private SourceArguments source;

    @Option(
            names = "--as",
            defaultValue = "",
            paramLabel = "NAME",
            description = "Name of the application (default: the one in its project file, or the folder's).")
    private String as;

    @Spec
    private picocli.CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        boolean first = true;
        for (AppSpec app : source.applications(!as.isEmpty() || source.named())) {
            DeployRequest request = DeployRequest.of(app.folder(), "default", Duration.ZERO)
                    .withSources(source.options())
                    .withApp(app);
            out.print((first ? "" : "---\n") + Deployer.manifests(request.withName(as)));
            first = false;
        }
        out.flush();
        return Exit.OK;
    }
}
