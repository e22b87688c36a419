package dev.proa.image.build;

import dev.proa.image.ImageFailure;
import dev.proa.image.elf.LibraryClosure;
import dev.proa.image.layer.LayerContent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Libraries of this machine for native modules of packages. */
final class NativeLibraries {
    /** What a compiled package may expect of every system (PEP 600), as far as servers use it. */
    private static final List<String> USUAL = List.of(
            "libstdc++.so.6",
            "libgcc_s.so.1",
            "libm.so.6",
            "libdl.so.2",
            "librt.so.1",
            "libpthread.so.0",
            "libutil.so.1",
            "libresolv.so.2",
            "libz.so.1",
            "libexpat.so.1");

    private static final int MOST = 5_000;

    private NativeLibraries() {}

    /** Those that every base gets, as far as this machine has them. */
    static Set<Path> usual() {
        Set<Path> usual = new TreeSet<>();
        USUAL.forEach(name -> usual.addAll(HostFiles.library(name)));
        return usual;
    }

    /**
     * Adds what modules in a directory need besides the usual. A library in another place than the system's directories
     * is left out: modules could name any file of this machine.
     *
     * @param suffixes of the modules' names
     */
    static void addFor(LayerContent layer, Path directory, List<String> suffixes) {
        List<Path> modules;
        try (Stream<Path> files = Files.walk(directory)) {
            modules = files.filter(file -> suffixes.stream().anyMatch(file.toString()::endsWith))
                    .filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
                    .limit(MOST)
                    .toList();
        } catch (IOException e) {
            throw ImageFailure.storage("cannot read " + directory, e);
        }
        if (modules.isEmpty()) {
            return;
        }
        Set<Path> present = LibraryClosure.of(usual()).files();
        List<Path> system = LibraryClosure.defaults();
        for (Path file : LibraryClosure.of(modules).files()) {
            if (!present.contains(file)
                    && !USUAL.contains(file.getFileName().toString())
                    && system.stream().anyMatch(file::startsWith)) {
                HostFiles.add(layer, file);
            }
        }
    }
}
