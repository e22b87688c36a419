package dev.proa.image.solver;

import dev.proa.image.layer.FileAttributes;
import dev.proa.image.store.Whiteouts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a build needs of the machine: layers mounted on each other, and commands run in them. Methods may be called from
 * any threads at once, and block. Nothing of a mount or a process is left when they return, nor when this process dies.
 */
public interface BuildSandbox extends AutoCloseable {
    /** Refuses everything: where there is no sandbox. */
    BuildSandbox NONE = new NoSandbox();

    /**
     * Layers mounted on each other.
     *
     * @param layers the lowest first; they must not change meanwhile
     * @param upper an existing directory that receives what is changed, on the file system of the layers; null to mount
     *     read-only
     */
    record Root(List<Path> layers, @Nullable Path upper) {
        public Root {
            layers = List.copyOf(layers);
        }
    }

    /** Works on mounted roots. It must not start threads. */
    interface Work<T> {
        /** @param roots where they are mounted, for as long as this runs and on this thread only */
        T in(List<Path> roots) throws IOException;
    }

    /** Mounts roots, calls {@code work} on a thread that sees them, and unmounts them. */
    <T> T mounted(List<Root> roots, Work<T> work) throws IOException;

    /**
     * Runs a command and waits for it. An interrupt kills it.
     *
     * @param output is told what it writes, standard output and error alike, in pieces that may end anywhere, on another thread
     * @return its exit code: 128 + n when signal n killed it
     * @throws dev.proa.image.ImageFailure when it cannot be started, or takes more than it may; the message says which
     */
    int run(RunRequest request, Consumer<byte[]> output) throws IOException, InterruptedException;

    /** By which other processes know what this sandbox runs; no other sandbox has this name. */
    String name() throws IOException;

    /**
     * Ends what a sandbox has left running whose process died, and returns when nothing of it is left.
     *
     * @param name of a sandbox that was given the same directory
     * @throws IOException when it cannot be ended, or its process lives
     */
    void end(String name) throws IOException, InterruptedException;

    /** How layers for {@link #mounted} are unpacked. */
    Whiteouts whiteouts();

    /** Reads the extended attributes of layers. */
    FileAttributes attributes();

    @Override
    void close() throws IOException;
}
