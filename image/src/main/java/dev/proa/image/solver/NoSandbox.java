package dev.proa.image.solver;

import dev.proa.image.ImageFailure;
import dev.proa.image.layer.FileAttributes;
import dev.proa.image.store.Whiteouts;
import java.util.List;
import java.util.function.Consumer;

/** Where nothing can be mounted or run. */
final class NoSandbox implements BuildSandbox {
    @Override
    public <T> T mounted(List<Root> roots, Work<T> work) {
        throw refused();
    }

    @Override
    public int run(RunRequest request, Consumer<byte[]> output) {
        throw refused();
    }

    @Override
    public String name() {
        throw refused();
    }

    @Override
    public void end(String name) {
        throw refused();
    }

    @Override
    public Whiteouts whiteouts() {
        throw refused();
    }

    @Override
    public FileAttributes attributes() {
        throw refused();
    }

    private static ImageFailure refused() {
        return ImageFailure.invalid(
                "Dockerfiles cannot be built here: nothing that mounts layers and runs commands is at hand");
    }

    @Override
    public void close() {}
}
