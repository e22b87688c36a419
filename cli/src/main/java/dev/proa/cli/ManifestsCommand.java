package dev.proa.cli;

import dev.proa.delivery.Deployer;
import dev.proa.image.build.Builder;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
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
    @Parameters(paramLabel = "FOLDER", description = "Folder of the application.")
    private Path folder;

    @Option(
            names = "--as",
            defaultValue = "",
            paramLabel = "NAME",
            description = "Name of the application (default: its artifactId, or the folder's name).")
    private String as;

    @Spec
    private picocli.CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() {
        String wrong = Deployer.check(folder, Builder.AUTO);
        if (!wrong.isEmpty()) {
            throw new Failure(Exit.FAILED, wrong);
        }
        PrintWriter out = spec.commandLine().getOut();
        out.print(Deployer.manifests(folder, as));
        out.flush();
        return Exit.OK;
    }
}
