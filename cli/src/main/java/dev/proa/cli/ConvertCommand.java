package dev.proa.cli;

import dev.proa.delivery.Conversion;
import dev.proa.delivery.DeployRequest;
import dev.proa.delivery.config.AppSpec;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code proa convert}: writes the manifests of a folder to files. */
@Command(
        name = "convert",
        mixinStandardHelpOptions = true,
        description = {
            "Translate a Compose file to manifests, and write them to files.",
            "",
            "What cannot be translated is named with its line. A Helm chart, a kustomization or generated manifests are written down as "
                    + "well. proa deploy takes what is in k8s/ from then on."
        })
final class ConvertCommand implements Callable<Integer> {
    @Mixin
    private SourceArguments source;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "DIRECTORY",
            description = "Where to write them (default: k8s in the folder).")
    private @Nullable Path directory;

    @Option(
            names = "--claims",
            description = "Make PersistentVolumeClaims of named volumes, for clusters that provide volumes.")
    private boolean claims;

    @Spec
    private picocli.CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        Style style = Style.of(System.getenv());
        for (AppSpec app : source.applications(directory != null || source.named())) {
            DeployRequest request = DeployRequest.of(app.folder(), "default", Duration.ZERO)
                    .withSources(source.options())
                    .withApp(app);
            Path to = directory == null ? app.folder().resolve("k8s") : directory;
            Conversion.Written written = Conversion.write(request, claims, to);
            written.files().forEach(out::println);
            written.notes().forEach(note -> spec.commandLine().getErr().println(style.bad("note: ") + note));
        }
        spec.commandLine().getErr().flush();
        out.flush();
        return Exit.OK;
    }
}
