package dev.proa.cli;

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
        },
        subcommands = {
            ImageBuildCommand.class,
            ImageListCommand.class,
            ImageImportCommand.class,
            ImageExportCommand.class,
            ImagePullCommand.class,
            ImagePushCommand.class,
            ImageTagCommand.class,
            ImageRemoveCommand.class,
            ImagePruneCommand.class,
            ImageInspectCommand.class
        })
final class ImageCommand implements Runnable {
    @Spec
    private picocli.CommandLine.Model.CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }
}
