package dev.proa.image.solver;

import dev.proa.image.ImageFailure;
import dev.proa.image.layer.FileAttributes;
import dev.proa.image.store.Whiteouts;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

/** For builds whose steps all have results in the cache: it mounts and runs nothing, so that a build with a new step fails. */
public record CachedSteps(BuildSandbox other) implements BuildSandbox {
    @Override
    public <T> T mounted(List<Root> roots, Work<T> work) {
        throw refused();
    }

    @Override
    public int run(RunRequest request, Consumer<byte[]> output) {
        throw refused();
    }

    @Override
    public String name() throws IOException {
        return other.name();
    }

    @Override
    public void end(String name) {
        throw refused();
    }

    @Override
    public Whiteouts whiteouts() {
        return other.whiteouts();
    }

    @Override
    public FileAttributes attributes() {
        return other.attributes();
    }

    private static ImageFailure refused() {
        return ImageFailure.notFound("a step has no result in the cache");
    }

    /** Leaves the other open. */
    @Override
    public void close() {}
}
