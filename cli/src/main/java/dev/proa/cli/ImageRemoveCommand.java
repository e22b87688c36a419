package dev.proa.cli;

import dev.proa.image.Digest;
import dev.proa.image.store.ImageStore;
import dev.proa.image.store.NamedManifest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code proa image rm}: takes names away from images. */
@Command(
        name = "rm",
        mixinStandardHelpOptions = true,
        description = {
            "Take names away from images; for an id, all names of that image.",
            "",
            "What has no name is deleted by: proa image prune. An image that objects of the running cluster use is kept unless "
                    + "--force is given."
        })
final class ImageRemoveCommand implements Callable<Integer> {
    @Parameters(paramLabel = "IMAGE", arity = "1..*", description = "Names or ids, as proa image ls shows them.")
    private List<String> images;

    @Option(
            names = {"-f", "--force"},
            description = "Also if pods, or older revisions of an application, use the image.")
    private boolean force;

    @Mixin
    private NameOption name;

    @Spec
    private picocli.CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() {
        ClusterHome home = name.home();
        ImageStore store = Images.having(home, images.getFirst());
        List<NamedManifest> doomed = new ArrayList<>();
        for (String image : images) {
            NamedManifest found = Images.find(home, store, image);
            if (image.matches("(sha256:)?[0-9a-f]{6,64}") && !isName(store, image)) {
                Digest digest = found.manifest().digest();
                store.manifests().stream()
                        .filter(named -> named.manifest().digest().equals(digest))
                        .forEach(doomed::add);
            } else {
                doomed.add(found);
            }
        }
        if (!force && home.running() != null) {
            requireUnused(ImagesInUse.of(home), doomed);
        }
        for (NamedManifest named : doomed) {
            store.remove(entry -> entry.name().equals(named.name()));
            spec.commandLine().getOut().println("removed " + named.name().familiar());
        }
        return Exit.OK;
    }

    private static boolean isName(ImageStore store, String image) {
        return !image.startsWith("sha256:")
                && store.resolve(Images.reference(image)).isPresent();
    }

    private static void requireUnused(ImagesInUse used, List<NamedManifest> doomed) {
        for (NamedManifest named : doomed) {
            String user = used.user(named.name());
            if (!user.isEmpty()) {
                throw new Failure(
                        Exit.FAILED, user + " uses " + named.name().familiar() + "; delete it first, or add --force");
            }
        }
    }
}
