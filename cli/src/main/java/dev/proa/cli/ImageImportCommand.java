package dev.proa.cli;

import dev.proa.image.Reference;
import dev.proa.image.archive.ImageArchives;
import dev.proa.image.archive.Imported;
import dev.proa.image.store.ImageStore;
import dev.proa.image.store.NamedManifest;
import dev.proa.image.tar.UnpackLimits;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code proa image import}: reads images from a file. */
@Command(
        name = "import",
        aliases = "load",
        mixinStandardHelpOptions = true,
        description = {
            "Bring in images from a file, and say the name of each.",
            "",
            "FILE is what docker save or podman save wrote, an OCI archive, or a folder with an OCI layout; compressed with gzip or "
                    + "zstd, too. Pods with one of these names then start without a registry."
        })
final class ImageImportCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", description = "The file or folder; - for standard input.")
    private String file;

    @Option(
            names = {"-t", "--tag"},
            defaultValue = "",
            paramLabel = "IMAGE",
            description = "Name of the only image of the file, instead of the one that it has there.")
    private String tag;

    @Option(
            names = "--platform",
            defaultValue = "",
            paramLabel = "PLATFORM",
            description = "Only the image for this platform, as linux/amd64 (default: all that there are).")
    private String platform;

    @Mixin
    private NameOption name;

    @Mixin
    private OutputOption output;

    @Spec
    private picocli.CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() {
        boolean json = output.json();
        Reference as = tag.isEmpty() ? null : Images.reference(tag);
        if (as != null && as.digest() != null) {
            throw new Failure(Exit.USAGE, "--tag takes a name with a tag, not with a digest");
        }
        ImageStore store = Images.store(name.home());
        ImageArchives archives = new ImageArchives(store, Images.platform(platform), UnpackLimits.of(System.getenv()));
        List<Imported> imported = file.equals("-") ? archives.read(System.in, as) : archives.read(Path.of(file), as);
        if (imported.stream().allMatch(image -> image.names().isEmpty())) {
            throw new Failure(
                    Exit.FAILED,
                    (file.equals("-") ? "the archive" : file)
                            + " does not say how its image is called; add --tag IMAGE");
        }
        print(store, imported, json);
        return Exit.OK;
    }

    private void print(ImageStore store, List<Imported> imported, boolean json) {
        PrintWriter out = spec.commandLine().getOut();
        List<NamedManifest> named = imported.stream()
                .flatMap(image -> image.names().stream().map(name -> new NamedManifest(name, image.manifest())))
                .toList();
        if (json) {
            ImagePullCommand.printJson(store, named, out);
            return;
        }
        for (NamedManifest image : named) {
            out.println("imported " + ImagePullCommand.described(store, image));
        }
        long unnamed =
                imported.stream().filter(image -> image.names().isEmpty()).count();
        if (unnamed > 0) {
            spec.commandLine().getErr().println(Main.PREFIX + unnamed + " more have no name, and were left out");
        }
    }
}
