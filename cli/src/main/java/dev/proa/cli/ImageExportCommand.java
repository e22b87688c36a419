package dev.proa.cli;

import dev.proa.image.Platform;
import dev.proa.image.Reference;
import dev.proa.image.archive.ImageExport;
import dev.proa.image.layer.Compression;
import dev.proa.image.layer.Unclosed;
import dev.proa.image.store.ImageStore;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code proa image export}: writes images to a file. */
@Command(
        name = "export",
        aliases = "save",
        mixinStandardHelpOptions = true,
        description = {
            "Write images to a file that other tools read, with their names.",
            "",
            "As an OCI archive signatures and SBOMs of the images go along. The file is compressed when its name ends with .gz, "
                    + ".tgz or .zst."
        })
final class ImageExportCommand implements Callable<Integer> {
    /** The formats. */
    enum Format {
        /** An OCI image layout as a tar archive. */
        OCI,
        /** What docker load and podman load read. */
        DOCKER,
        /** A folder with an OCI image layout. */
        FOLDER
    }

    @Parameters(paramLabel = "IMAGE", arity = "1..*", description = "Names or ids, as proa image ls shows them.")
    private List<String> images;

    @Option(
            names = {"-f", "--file"},
            required = true,
            paramLabel = "FILE",
            description = "The file, or the folder; - for standard output.")
    private String file;

    @Option(
            names = "--format",
            defaultValue = "OCI",
            paramLabel = "FORMAT",
            description =
                    "oci (an OCI archive, default), docker (for docker load; one platform), or folder (an OCI layout).")
    private Format format;

    @Option(
            names = "--compress",
            paramLabel = "KIND",
            description = "Compress the file whatever its name: none, gzip or zstd.")
    private @Nullable Compression compression;

    @Option(
            names = "--platform",
            defaultValue = "",
            paramLabel = "PLATFORM",
            description = "Only the images for this platform, as linux/amd64 (default: all that there are).")
    private String platform;

    @Mixin
    private NameOption name;

    @Spec
    private picocli.CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Platform wanted = Images.platform(platform);
        ImageStore store = Images.having(name.home(), images.getFirst());
        List<Reference> names = images.stream()
                .map(image -> Images.find(name.home(), store, image).name())
                .distinct()
                .toList();
        ImageExport export = new ImageExport(store, wanted);
        if (format == Format.FOLDER) {
            export.layout(names, Path.of(file));
        } else if (file.equals("-")) {
            toStandardOutput(export, names);
        } else {
            toFile(export, names, Path.of(file));
        }
        return Exit.OK;
    }

    private void toStandardOutput(ImageExport export, List<Reference> names) throws IOException {
        if (System.console() != null && System.console().isTerminal()) {
            throw new Failure(Exit.USAGE, "an archive is nothing for a terminal; redirect it, or give --file FILE");
        }
        try (OutputStream out = kind("").compress(new Unclosed(System.out))) {
            write(export, names, out);
        }
        System.out.flush();
    }

    /** The file appears whole: what is half written has another name, and is deleted when it fails. */
    private void toFile(ImageExport export, List<Reference> names, Path target) throws IOException {
        if (Files.isDirectory(target)) {
            throw new Failure(Exit.USAGE, target + " is a folder; name a file, or add --format folder");
        }
        Path part = target.resolveSibling(target.getFileName() + ".part");
        try {
            try (OutputStream out = kind(target.toString()).compress(Files.newOutputStream(part))) {
                write(export, names, out);
            }
            Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(part);
        }
        spec.commandLine().getErr().println("wrote " + target + " (" + Images.bytes(Files.size(target)) + ")");
    }

    private void write(ImageExport export, List<Reference> names, OutputStream out) {
        if (format == Format.DOCKER) {
            export.docker(names, out);
        } else {
            export.oci(names, out);
        }
    }

    private Compression kind(String path) {
        if (compression != null) {
            return compression;
        }
        String name = path.toLowerCase(Locale.ROOT);
        if (name.endsWith(".gz") || name.endsWith(".tgz")) {
            return Compression.GZIP;
        }
        return name.endsWith(".zst") ? Compression.ZSTD : Compression.NONE;
    }
}
