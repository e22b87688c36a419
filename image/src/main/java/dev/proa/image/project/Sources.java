package dev.proa.image.project;

import dev.proa.image.ImageFailure;
import dev.proa.image.source.SourceFolder;
import dev.proa.image.source.SourceFolder.Entry;
import dev.proa.image.source.SourceFolder.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** Reads texts of a {@link SourceFolder}. Source files beyond a bound are not looked at, since people do not write them. */
final class Sources {
    /** Directories with code of others, or with results. */
    private static final Set<String> FOREIGN = Set.of(
            "node_modules", "vendor", "testdata", "target", "build", "dist", "venv", "__pycache__", "site-packages");

    private static final int LONGEST = 1 << 20;
    private static final int MOST = 5_000;

    private Sources() {}

    static boolean has(SourceFolder folder, String path) {
        return folder.kind(path) == Kind.FILE;
    }

    static String text(SourceFolder folder, String path) {
        return new String(folder.read(path), StandardCharsets.UTF_8);
    }

    /** A text that may be missing; then it is empty. */
    static String textIfAny(SourceFolder folder, String path) {
        return has(folder, path) ? text(folder, path) : "";
    }

    /** The start of a source file. */
    static String head(SourceFolder folder, String path) {
        try (var in = folder.open(path)) {
            return new String(in.readNBytes(LONGEST), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw ImageFailure.storage("cannot read " + folder.path().resolve(path), e);
        }
    }

    /**
     * The project's own source files in a directory and below.
     *
     * @param suffix of their names
     * @param depth how many directories below are entered
     */
    static List<String> own(SourceFolder folder, String path, String suffix, int depth) {
        int top = path.isEmpty() ? 0 : Path.of(path).getNameCount();
        return folder.walk(path, at -> at.getNameCount() - top <= depth + 1 && isOwn(at)).stream()
                .filter(entry -> entry.kind() == Kind.FILE && entry.path().endsWith(suffix))
                .map(Entry::path)
                .limit(MOST)
                .toList();
    }

    private static boolean isOwn(Path path) {
        String name = path.getFileName().toString();
        boolean hidden = name.startsWith(".") || name.startsWith("_") && !name.matches("__\\w+__\\.py");
        return !hidden && !FOREIGN.contains(name);
    }
}
