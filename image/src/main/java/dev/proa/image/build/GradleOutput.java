package dev.proa.image.build;

import dev.proa.image.ImageFailure;
import dev.proa.image.source.SourceCopy;
import dev.proa.image.source.SourceCopy.Links;
import dev.proa.image.source.SourceFolder;
import dev.proa.image.source.SourceFolder.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What the task of {@code collect.gradle} put together in a project's {@code build/proa}. */
final class GradleOutput implements JavaOutput {
    static final String PLACE = "build/proa";
    private static final String QUARKUS = "build/quarkus-app";

    private final SourceFolder folder;
    private final String prefix;
    private final SourceCopy copy;
    private final Path classes;

    /**
     * Copies it.
     *
     * @param module the project's directory in the folder; empty for the folder itself
     */
    GradleOutput(SourceFolder folder, String module, Path work) {
        this.folder = folder;
        this.prefix = module.isEmpty() ? "" : module + "/";
        if (folder.kind(prefix + PLACE + "/main.txt") != Kind.FILE) {
            throw new ImageFailure(
                    ImageFailure.Reason.BUILD_FAILED,
                    "the Gradle build of " + folder.path() + " left no " + prefix + PLACE);
        }
        copy = SourceCopy.in(work);
        try {
            classes = copy.add(folder, prefix + PLACE + "/classes", path -> true, Links.FILES);
        } catch (RuntimeException e) {
            copy.close();
            throw e;
        }
    }

    @Override
    public Path classes() {
        return classes;
    }

    @Override
    public List<Path> libraries() {
        Path libraries = copy.add(
                folder, prefix + PLACE + "/libs", path -> path.toString().endsWith(".jar"), Links.FILES);
        try (Stream<Path> files = Files.list(libraries)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        } catch (IOException e) {
            throw ImageFailure.storage("cannot read " + libraries, e);
        }
    }

    @Override
    public @Nullable PackedApp packed() {
        return folder.kind(prefix + QUARKUS + "/" + PackedApp.QUARKUS_JAR) == Kind.FILE
                ? new PackedApp(copy.add(folder, prefix + QUARKUS, path -> true, Links.FILES), PackedApp.QUARKUS_JAR)
                : null;
    }

    @Override
    public @Nullable String mainClass() {
        String named = new String(folder.read(prefix + PLACE + "/main.txt"), StandardCharsets.UTF_8).strip();
        return named.isEmpty() ? null : named;
    }

    @Override
    public @Nullable BootIndex index() {
        String file = prefix + PLACE + "/layers.idx";
        return folder.kind(file) == Kind.FILE
                ? BootIndex.parse(new String(folder.read(file), StandardCharsets.UTF_8))
                : null;
    }

    @Override
    public void close() {
        copy.close();
    }
}
