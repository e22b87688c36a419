package dev.proa.image.project;

import dev.proa.image.source.SourceFolder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds the application in a folder. */
public final class Applications {
    private Applications() {}

    /**
     * The application, by the first of these files: {@code go.mod}, {@code Cargo.toml}, those of Python, {@code
     * package.json}. Folders of the first three often have a {@code package.json} for their pages.
     *
     * @throws dev.proa.image.ImageFailure when its files are invalid, or what to start is not clear; the message says
     *     what to do
     */
    public static Optional<Application> find(SourceFolder folder) {
        if (GoApplication.in(folder)) {
            return Optional.of(GoApplication.read(folder, ""));
        }
        if (RustApplication.in(folder)) {
            return Optional.of(RustApplication.read(folder));
        }
        if (PythonReader.in(folder)) {
            return Optional.of(PythonReader.read(folder));
        }
        if (Sources.has(folder, "package.json") && NodeReader.isApplication(folder)) {
            return Optional.of(NodeReader.read(folder));
        }
        return Optional.empty();
    }

    /** Files of other kinds of project in the folder, which were not decisive. */
    public static List<String> others(SourceFolder folder, String decisive) {
        List<String> others = new ArrayList<>();
        for (String file : List.of(
                "Dockerfile",
                "Containerfile",
                "pom.xml",
                "build.gradle",
                "build.gradle.kts",
                "go.work",
                "go.mod",
                "Cargo.toml",
                "uv.lock",
                "poetry.lock",
                "requirements.txt",
                "pyproject.toml",
                "package.json",
                "index.html")) {
            if (!file.equals(decisive) && Sources.has(folder, file)) {
                others.add(file);
            }
        }
        return others;
    }
}
