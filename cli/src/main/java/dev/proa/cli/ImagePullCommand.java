package dev.proa.cli;

import dev.proa.api.codec.Json;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.image.Descriptor;
import dev.proa.image.Platform;
import dev.proa.image.Reference;
import dev.proa.image.registry.PullOptions;
import dev.proa.image.registry.RegistryClient;
import dev.proa.image.registry.RegistryLogins;
import dev.proa.image.store.ImageStore;
import dev.proa.image.store.NamedManifest;
import dev.proa.image.tar.UnpackLimits;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code proa image pull}: fetches images from registries. */
@Command(
        name = "pull",
        mixinStandardHelpOptions = true,
        description = {
            "Fetch images from their registries, with their signatures and SBOMs.",
            "",
            "Credentials are those of docker login, podman login or skopeo login, credential helpers included."
        })
final class ImagePullCommand implements Callable<Integer> {
    @Parameters(paramLabel = "IMAGE", arity = "1..*", description = "Names, as pods have them.")
    private List<String> images;

    @Option(
            names = "--platform",
            defaultValue = "",
            paramLabel = "PLATFORM",
            description = "The image for this platform, as linux/arm64 (default: this machine's).")
    private String platform;

    @Option(names = "--all-platforms", description = "All platforms of the image, so that it can be pushed as it is.")
    private boolean allPlatforms;

    @Option(names = "--no-referrers", description = "Without signatures, SBOMs and other artifacts about the image.")
    private boolean noReferrers;

    @Mixin
    private NameOption name;

    @Mixin
    private OutputOption output;

    @Spec
    private picocli.CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() {
        boolean json = output.json();
        if (allPlatforms && !platform.isEmpty()) {
            throw new Failure(Exit.USAGE, "--platform and --all-platforms exclude each other");
        }
        Platform given = Images.platform(platform);
        Platform wanted = allPlatforms ? null : given == null ? Platform.host() : given;
        List<Reference> references = images.stream().map(Images::reference).toList();
        ImageStore store = Images.store(name.home());
        PrintWriter out = spec.commandLine().getOut();
        List<NamedManifest> pulled = new ArrayList<>();
        try (RegistryClient client = new RegistryClient(Set.of(), UnpackLimits.of(System.getenv()))) {
            for (Reference reference : references) {
                NamedManifest image = pull(client, reference, wanted, store);
                pulled.add(image);
                if (!json) {
                    out.println("pulled " + described(store, image));
                    out.flush();
                }
            }
        }
        if (json) {
            printJson(store, pulled, out);
        }
        return Exit.OK;
    }

    private NamedManifest pull(
            RegistryClient client, Reference reference, @Nullable Platform wanted, ImageStore store) {
        try (TransferProgress progress = TransferProgress.on(spec.commandLine().getErr(), "pulled")) {
            PullOptions options =
                    new PullOptions(wanted, RegistryLogins.of(System.getenv()).find(reference), !noReferrers, progress);
            Descriptor manifest = client.pull(reference, options, store);
            return new NamedManifest(reference.canonical(), manifest);
        }
    }

    /** One line about an image. */
    static String described(ImageStore store, NamedManifest image) {
        String platforms = String.join(
                ", ",
                Images.configurations(store, image.manifest()).keySet().stream()
                        .map(Platform::toString)
                        .toList());
        return image.name().familiar() + " (" + image.manifest().digest().shortHex()
                + (platforms.isEmpty() ? "" : ", " + platforms) + ", "
                + Images.bytes(Images.size(store, image.manifest())) + ")";
    }

    /** Images as one object. */
    static void printJson(ImageStore store, List<NamedManifest> images, PrintWriter out) {
        out.println(Json.toString(MapValue.of(
                "images",
                ListValue.copyOf(images.stream()
                        .map(named -> (Object) Images.json(store, named))
                        .toList()))));
    }
}
