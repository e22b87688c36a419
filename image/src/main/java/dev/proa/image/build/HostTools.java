package dev.proa.image.build;

import dev.proa.image.elf.LibraryClosure;
import dev.proa.image.layer.LayerContent;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The shell and the few tools of this machine that images on its base get, for users and probes in the container. */
final class HostTools {
    /** Those that are not installed are left out. */
    private static final List<String> TOOLS = List.of(
            "sh",
            "ls",
            "cat",
            "cp",
            "mv",
            "rm",
            "mkdir",
            "ln",
            "tar",
            "env",
            "id",
            "echo",
            "printf",
            "sleep",
            "date",
            "head",
            "tail",
            "grep",
            "sed",
            "find",
            "wc",
            "sort",
            "cut",
            "touch",
            "chmod",
            "stat",
            "df",
            "du",
            "ps",
            "uname",
            "hostname",
            "true",
            "false",
            "test",
            "sync",
            "tee",
            "dd",
            "md5sum",
            "sha256sum",
            "base64",
            "seq",
            "tr",
            "uniq",
            "whoami");

    private HostTools() {}

    /**
     * Adds the tools with their libraries; none when one of them lacks a library.
     *
     * @return the files of this machine that were added
     */
    static Set<Path> addTo(LayerContent layer) {
        List<Path> found = new ArrayList<>();
        for (String tool : TOOLS) {
            HostImageBuilder.find(tool).ifPresent(found::add);
        }
        LibraryClosure.Result libraries = LibraryClosure.of(found);
        if (!libraries.missing().isEmpty()) {
            return Set.of();
        }
        found.forEach(tool -> HostFiles.add(layer, tool));
        HostFiles.addLibraries(layer, libraries, Path.of("/nowhere"));
        Set<Path> sources = new TreeSet<>(found);
        sources.addAll(libraries.files());
        return sources;
    }
}
