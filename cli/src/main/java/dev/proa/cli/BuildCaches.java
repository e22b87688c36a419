package dev.proa.cli;

import dev.proa.image.ImageFailure;
import dev.proa.image.Reference;
import dev.proa.image.registry.PullOptions;
import dev.proa.image.registry.PushOptions;
import dev.proa.image.registry.RegistryClient;
import dev.proa.image.registry.RegistryLogins;
import dev.proa.image.registry.TransferEvent;
import dev.proa.image.store.ImageStore;
import java.io.PrintWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The caches of a build that are in registries. They pass through the image store, by their names. */
final class BuildCaches {
    private final ImageStore store;
    private final List<Reference> from;
    private final @Nullable Reference to;
    private final PrintWriter err;

    BuildCaches(ImageStore store, List<String> from, @Nullable String to, PrintWriter err) {
        this.store = store;
        this.from = from.stream().map(BuildCaches::reference).toList();
        this.to = to == null ? null : reference(to);
        this.err = err;
    }

    /** Also in the form of buildx: {@code type=registry,ref=NAME}. */
    private static Reference reference(String text) {
        String name = text;
        for (String part : text.split(",")) {
            if (part.startsWith("ref=")) {
                name = part.substring("ref=".length());
            } else if (part.startsWith("type=") && !part.equals("type=registry")) {
                throw new Failure(Exit.USAGE, "only caches of type=registry can be read and written, not " + part);
            }
        }
        return Images.reference(name);
    }

    List<Reference> from() {
        return from;
    }

    @Nullable
    Reference to() {
        return to;
    }

    /** Pulls the caches to read; one that cannot be had makes the build slower, and no more. */
    void pull() {
        if (from.isEmpty()) {
            return; // most builds: a client reads the certificates of the machine
        }
        try (RegistryClient client = new RegistryClient()) {
            for (Reference name : from) {
                try {
                    PullOptions options = new PullOptions(
                            null, RegistryLogins.of(System.getenv()).find(name), false, TransferEvent.Listener.NONE);
                    client.pull(name, options, store);
                } catch (ImageFailure e) {
                    err.println("note: no cache from " + name.familiar() + ": " + e.getMessage());
                }
            }
        }
    }

    /** Pushes the cache that the build has written. */
    void push() {
        if (to == null) {
            return;
        }
        try (RegistryClient client = new RegistryClient()) {
            PushOptions options =
                    new PushOptions(RegistryLogins.of(System.getenv()).find(to));
            client.push(
                    store.resolve(to).orElseThrow(() -> new IllegalStateException(to + " was not written")),
                    to,
                    options,
                    store);
            err.println("cache pushed to " + to.familiar());
        }
    }
}
