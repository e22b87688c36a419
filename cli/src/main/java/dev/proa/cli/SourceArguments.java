package dev.proa.cli;

import dev.proa.delivery.Deployer;
import dev.proa.delivery.config.AppSpec;
import dev.proa.delivery.source.SourceOptions;
import dev.proa.image.build.Builder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The parameter FOLDER, and the options that say which application and which manifests of it. */
final class SourceArguments {
    @Parameters(paramLabel = "FOLDER", description = "Folder of the application.")
    private Path folder;

    @Option(
            names = "--app",
            defaultValue = "",
            paramLabel = "NAME",
            description = "Only this application of those that the folder's proa.yaml lists.")
    private String app;

    @Option(
            names = "--manifests",
            defaultValue = "",
            paramLabel = "PATH",
            description =
                    "The manifests in the folder: plain files, a kustomization, a Helm chart or a Compose file (default: k8s, "
                            + "or what of these is found; else they are generated).")
    private String manifests;

    @Option(
            names = {"-f", "--values"},
            paramLabel = "FILE",
            description = "Values for a Helm chart, more than once if needed; later ones win.")
    private @Nullable List<Path> values;

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "A value for a Helm chart.")
    private @Nullable List<String> sets;

    @Option(
            names = "--skip-hooks",
            description = "Leave out what a Helm chart would run before and after its installation.")
    private boolean skipHooks;

    @Option(names = "--profile", paramLabel = "PROFILE", description = "A profile of a Compose file that is active.")
    private @Nullable List<String> profiles;

    @Option(
            names = "--builder",
            defaultValue = "auto",
            paramLabel = "BUILDER",
            description = "dockerfile: build by the folder's Dockerfile; project: build without it; "
                    + "auto: by the Dockerfile when there is one (default: ${DEFAULT-VALUE}).")
    private Builder builder;

    Path folder() {
        return folder;
    }

    SourceOptions options() {
        List<Path> files = new ArrayList<>();
        for (Path file : values == null ? List.<Path>of() : values) {
            if (!Files.isRegularFile(file)) {
                throw new Failure(Exit.USAGE, "there is no file " + file + " with values");
            }
            files.add(file.toAbsolutePath());
        }
        return new SourceOptions(
                manifests,
                files,
                sets == null ? List.of() : sets,
                skipHooks,
                profiles == null ? List.of() : profiles,
                builder);
    }

    /**
     * The applications that are meant, in their order.
     *
     * @param ofOne whether an option is given that is for a single application
     */
    List<AppSpec> applications(boolean ofOne) {
        if (!Files.isDirectory(folder)) {
            return List.of(AppSpec.of(folder)); // the detection of projects says what is wrong
        }
        List<AppSpec> all = Deployer.applications(folder.toAbsolutePath().normalize(), app);
        if (ofOne && all.size() > 1) {
            throw new Failure(
                    Exit.USAGE,
                    "--as, --port and --manifests are for one application, and " + folder + " has " + all.size()
                            + ": say which one with --app");
        }
        return all;
    }

    /** Whether manifests are named. */
    boolean named() {
        return !manifests.isEmpty();
    }
}
