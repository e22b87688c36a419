package dev.proa.image.project;

import dev.proa.image.source.SourceFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** A folder of a test. */
record ProjectFiles(Path directory) {

    ProjectFiles with(String name, String content) throws IOException {
        Path file = directory.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
        return this;
    }

    Optional<Application> find() {
        try (SourceFolder folder = SourceFolder.open(directory)) {
            return Applications.find(folder);
        }
    }

    <T extends Application> T find(Class<T> type) {
        return type.cast(find().orElseThrow());
    }
}
