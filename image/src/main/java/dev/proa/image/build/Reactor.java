package dev.proa.image.build;

import dev.proa.image.ImageFailure;
import dev.proa.image.source.SourceFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The Maven reactor of a project: its own folder, or that of the parent that lists it as a module, so that the modules
 * it needs are built as well.
 *
 * @param root absolute; where Maven runs
 * @param project the folder that is to be built: {@code root}, or one of a module
 * @param inherited pom files of parents that do not list their child as a module, the nearest first
 */
record Reactor(Path root, Path project, List<Path> inherited) {
    private static final int MAX_PARENTS = 20;

    static Reactor of(Path project) {
        Path root = project;
        boolean listed = true;
        List<Path> inherited = new ArrayList<>();
        Path at = project;
        PomFile here = read(project, "pom.xml");
        for (int i = 0;
                i < MAX_PARENTS && here.parent() != null && !here.parent().isEmpty();
                i++) {
            Path parent = at.resolve(here.parent()).normalize();
            Path file = Files.isDirectory(parent) ? parent.resolve("pom.xml") : parent;
            PomFile above = readParent(file);
            Path directory = file.getParent();
            if (above == null || directory == null) {
                break;
            }
            Path child = at;
            listed = listed
                    && above.modules().stream()
                            .anyMatch(module ->
                                    directory.resolve(module).normalize().equals(child));
            if (listed) {
                root = directory;
            } else {
                inherited.add(file);
            }
            at = directory;
            here = above;
        }
        return new Reactor(root, project, List.copyOf(inherited));
    }

    private static PomFile read(Path directory, String name) {
        try (SourceFolder folder = SourceFolder.open(directory)) {
            return PomFile.parse(folder.read(name), directory.resolve(name));
        }
    }

    /**
     * Reads a parent's pom; null if it cannot be read: Maven may find it in its repository, or will report the error.
     */
    private static @Nullable PomFile readParent(Path file) {
        Path directory = file.getParent();
        if (directory == null || !Files.isRegularFile(file)) {
            return null;
        }
        try {
            return read(directory, String.valueOf(file.getFileName()));
        } catch (ImageFailure e) {
            return null;
        }
    }

    /** The project's path relative to the root, for Maven's {@code -pl}; empty when it is the root. */
    String module() {
        return root.relativize(project).toString();
    }

    /** The folder that contains everything that is read: the root, unless the project lies beside it. */
    Path source() {
        return project.startsWith(root) ? root : project;
    }

    /** The path of a project's file in {@link #source}. */
    String path(String ofProject) {
        String at = source().relativize(project).toString();
        return at.isEmpty() ? ofProject : at + "/" + ofProject;
    }
}
