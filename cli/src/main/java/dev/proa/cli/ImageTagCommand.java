package dev.proa.cli;

import dev.proa.image.Reference;
import dev.proa.image.store.ImageStore;
import dev.proa.image.store.NamedManifest;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code proa image tag}: gives an image one more name. */
@Command(
        name = "tag",
        mixinStandardHelpOptions = true,
        description = {"Give an image one more name. Another image that had it loses it."})
final class ImageTagCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "IMAGE", description = "Name or id, as proa image ls shows it.")
    private String image;

    @Parameters(index = "1", paramLabel = "NAME", description = "The new name.")
    private String newName;

    @Mixin
    private NameOption name;

    @Spec
    private picocli.CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() {
        Reference as = Images.reference(newName);
        if (as.digest() != null) {
            throw new Failure(Exit.USAGE, "a digest is not given, it follows from the image: name a tag");
        }
        ImageStore store = Images.having(name.home(), image);
        NamedManifest found = Images.find(name.home(), store, image);
        store.tag(List.of(as), found.manifest());
        spec.commandLine()
                .getOut()
                .println(as.familiar() + " is " + found.manifest().digest().shortHex());
        return Exit.OK;
    }
}
