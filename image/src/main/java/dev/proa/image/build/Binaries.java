package dev.proa.image.build;

import dev.proa.image.ImageFailure;
import dev.proa.image.build.Base.AppLayer;
import dev.proa.image.elf.LibraryClosure;
import dev.proa.image.layer.LayerContent;
import dev.proa.image.source.SourceFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Layers of compiled programs. */
final class Binaries {
    private Binaries() {}

    /**
     * The layer of a program, above one with the libraries that it needs when it is not static. Only libraries in the
     * system's directories are taken: a program could name any file of this machine.
     *
     * @param from the folder with it
     */
    static List<AppLayer> layers(BuildSteps steps, SourceFolder from, String file) {
        if (from.kind(file) != SourceFolder.Kind.FILE) {
            throw new ImageFailure(
                    ImageFailure.Reason.BUILD_FAILED, "the build of " + steps.root() + " left no program " + file);
        }
        return steps.withCopyOfFile(from, file, binary -> {
            List<AppLayer> layers = new ArrayList<>();
            LibraryClosure.Result libraries = LibraryClosure.of(List.of(binary)).requireComplete();
            for (Path library : libraries.files()) {
                if (LibraryClosure.defaults().stream().noneMatch(library::startsWith)) {
                    throw ImageFailure.invalid("the program of " + steps.root() + " needs " + library
                            + ", which is not in a directory of the system; link it statically, or use a Dockerfile");
                }
            }
            if (!libraries.files().isEmpty()) {
                LayerContent content = new LayerContent();
                HostFiles.addLibraries(content, libraries, Path.of("/nowhere"));
                layers.add(steps.layer("libraries of the host", content));
            }
            String name = file.substring(file.lastIndexOf('/') + 1);
            layers.add(steps.layer("program", new LayerContent().file("/app/" + name, binary, 0755)));
            return layers;
        });
    }

    /** A layer of folders that the program reads when it runs; none when there are none. */
    static List<AppLayer> assets(BuildSteps steps, List<String> folders) {
        if (folders.isEmpty()) {
            return List.of();
        }
        return List.of(steps.layer(
                "files",
                steps.folder(),
                "",
                "/app",
                path -> folders.contains(path.getName(0).toString()) && BuildSteps.isSource(path)));
    }
}
