package dev.proa.cli;

import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Spec;

/** {@code proa image}: the images that a cluster's nodes start containers of. */
@Command(
        name = "image",
        mixinStandardHelpOptions = true,
        description = {
            "Build, list, bring in, send, name and delete the images of a cluster.",
            "",
            "All work on the image store of the cluster's nodes, whether the cluster runs or not. An image that is there is started "
                    + "without a registry. Credentials are those of docker, podman and skopeo login. More about one: "
                    + "proa image COMMAND --help"
        })
final class ImageCommand implements Runnable {
    @Spec
    private picocli.CommandLine.Model.CommandSpec spec;

    /** Adds its subcommands to a command line that has it: only if they are wanted, since reading them takes time at each start. */
    static void complete(CommandLine all) {
        Objects.requireNonNull(all.getSubcommands().get("image"), "image is a subcommand")
                .addSubcommand(new ImageBuildCommand())
                .addSubcommand(new ImageListCommand())
                .addSubcommand(new ImageImportCommand())
                .addSubcommand(new ImageExportCommand())
                .addSubcommand(new ImagePullCommand())
                .addSubcommand(new ImagePushCommand())
                .addSubcommand(new ImageTagCommand())
                .addSubcommand(new ImageRemoveCommand())
                .addSubcommand(new ImagePruneCommand())
                .addSubcommand(new ImageInspectCommand())
                .addSubcommand(new ImageSbomCommand());
    }

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }
}
