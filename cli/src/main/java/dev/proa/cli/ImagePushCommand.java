package dev.proa.cli;

import dev.proa.api.codec.Json;
import dev.proa.api.value.MapValue;
import dev.proa.image.Descriptor;
import dev.proa.image.Digest;
import dev.proa.image.ImageIndex;
import dev.proa.image.Platform;
import dev.proa.image.Reference;
import dev.proa.image.layer.Compression;
import dev.proa.image.layer.Recompression;
import dev.proa.image.registry.PushOptions;
import dev.proa.image.registry.RegistryClient;
import dev.proa.image.registry.RegistryLogins;
import dev.proa.image.store.ImageStore;
import dev.proa.image.store.NamedManifest;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code proa image push}: sends an image to a registry. */
@Command(
        name = "push",
        mixinStandardHelpOptions = true,
        description = {
            "Send an image to a registry, with its signatures and SBOMs, and print its name with the digest.",
            "",
            "Credentials are those of docker login, podman login or skopeo login, credential helpers included. Plain HTTP is only "
                    + "spoken to registries on this machine."
        })
final class ImagePushCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "IMAGE", description = "Name or id, as proa image ls shows it.")
    private String image;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "TARGET",
            description = "Its name in the registry, which begins with the registry's host (default: IMAGE).")
    private @Nullable String target;

    @Option(
            names = "--platform",
            defaultValue = "",
            paramLabel = "PLATFORM",
            description = "Of an image for several platforms only this one.")
    private String platform;

    @Option(
            names = "--compress",
            paramLabel = "KIND",
            description =
                    "Compress the layers first: gzip or zstd. Images built here are not compressed. The digest changes.")
    private @Nullable Compression compression;

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
        ImageStore store = Images.having(name.home(), image);
        NamedManifest found = Images.find(name.home(), store, image);
        Reference to = target == null ? found.name() : Images.reference(target);
        Descriptor manifest = compressed(store, chosen(store, found.manifest()));
        Digest digest;
        try (RegistryClient client = new RegistryClient();
                TransferProgress progress =
                        TransferProgress.on(spec.commandLine().getErr(), "pushed")) {
            PushOptions options =
                    new PushOptions(RegistryLogins.of(System.getenv()).find(to), !noReferrers, progress);
            digest = client.push(manifest, to, options, store);
        }
        PrintWriter out = spec.commandLine().getOut();
        String exact = to.name() + "@" + digest;
        out.println(
                json
                        ? Json.toString(
                                MapValue.of("name", to.toString(), "digest", digest.toString(), "reference", exact))
                        : exact);
        return Exit.OK;
    }

    private Descriptor chosen(ImageStore store, Descriptor manifest) {
        Platform wanted = Images.platform(platform);
        return wanted == null || !store.manifest(manifest.digest()).isIndex()
                ? manifest
                : new ImageIndex(store.manifest(manifest.digest()).manifests()).select(wanted);
    }

    private Descriptor compressed(ImageStore store, Descriptor manifest) {
        boolean image = store.manifest(manifest.digest()).isImage();
        if (compression != null && !image) {
            throw new Failure(Exit.FAILED, "--compress is for one image; choose it with --platform");
        }
        if (!image || compression == Compression.NONE || compression == null && isSpokenAbout(store, manifest)) {
            return manifest;
        }
        Recompression recompression =
                compression == null ? Recompression.forTransfer(store) : new Recompression(store, compression);
        return recompression.of(store.get(manifest));
    }

    private boolean isSpokenAbout(ImageStore store, Descriptor manifest) {
        return !noReferrers && !ImageDetails.about(store, manifest, null).isEmpty();
    }
}
