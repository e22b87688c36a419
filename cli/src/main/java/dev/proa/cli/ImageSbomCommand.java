package dev.proa.cli;

import dev.proa.image.Descriptor;
import dev.proa.image.Image;
import dev.proa.image.ImageIndex;
import dev.proa.image.Platform;
import dev.proa.image.sbom.Attachment;
import dev.proa.image.sbom.CycloneDx;
import dev.proa.image.sbom.ImageScan;
import dev.proa.image.store.ImageStore;
import dev.proa.image.store.NamedManifest;
import dev.proa.image.tar.UnpackLimits;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code proa image sbom}: lists the packages in an image. */
@Command(
        name = "sbom",
        mixinStandardHelpOptions = true,
        description = {
            "Print the software bill of materials of an image: the packages in it, as CycloneDX 1.6 in JSON.",
            "",
            "Found are packages of Debian and Alpine, libraries of Java, packages of Node and Python, and the modules that programs of "
                    + "Go, and of Rust by cargo-auditable, record. Nothing of the image is run."
        })
final class ImageSbomCommand implements Callable<Integer> {
    @Parameters(paramLabel = "IMAGE", description = "Name or id, as proa image ls shows it.")
    private String image;

    @Option(
            names = "--platform",
            defaultValue = "",
            paramLabel = "PLATFORM",
            description = "Of an image for several platforms this one (default: this machine's).")
    private String platform;

    @Option(
            names = "--attach",
            description = "Store it beside the image instead, where proa image push and export take it along.")
    private boolean attach;

    @Mixin
    private NameOption name;

    @Spec
    private picocli.CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() {
        Platform given = Images.platform(platform);
        ImageStore store = Images.having(name.home(), image);
        NamedManifest found = Images.find(name.home(), store, image);
        Descriptor manifest = chosen(store, found.manifest(), given == null ? Platform.host() : given);
        if (!store.manifest(manifest.digest()).isImage()) {
            throw new Failure(Exit.FAILED, found.name().familiar() + " is no image, and has no packages");
        }
        Image content = store.get(manifest);
        ImageScan scan = ImageScan.of(store, content, UnpackLimits.of(System.getenv()));
        byte[] document = CycloneDx.write(found.name(), content.digest(), scan);
        for (String file : scan.unread()) {
            spec.commandLine()
                    .getErr()
                    .println(Main.PREFIX + "note: " + file + " tells of packages and could not be read");
        }
        if (attach) {
            Descriptor artifact = Attachment.sbom(document).attach(store, content.descriptor(), found.name());
            spec.commandLine()
                    .getOut()
                    .println(found.name().withDigest(artifact.digest()).familiar() + " lists "
                            + scan.components().size() + " packages of "
                            + found.name().familiar());
        } else {
            System.out.writeBytes(document);
            System.out.println();
        }
        return Exit.OK;
    }

    private static Descriptor chosen(ImageStore store, Descriptor manifest, Platform wanted) {
        return store.manifest(manifest.digest()).isIndex()
                ? new ImageIndex(store.manifest(manifest.digest()).manifests()).select(wanted)
                : manifest;
    }
}
