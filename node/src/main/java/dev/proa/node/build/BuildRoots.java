package dev.proa.node.build;

import dev.proa.image.ImageConfig;
import dev.proa.node.cri.ImageService;
import dev.proa.node.cri.RuntimeFailure;
import dev.proa.node.cri.RuntimeFailure.Reason;
import dev.proa.node.sandbox.image.RootFilesystems;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The layers of steps as root file systems, each under a name of its own for as long as its step runs. Thread-safe. */
final class BuildRoots implements RootFilesystems, ImageService {
    private final Map<String, Root> roots = new ConcurrentHashMap<>();

    /** Adds layers, and returns the name by which containers refer to them. */
    String add(List<Path> layers, ImageConfig config) {
        String name = "build-" + UUID.randomUUID();
        roots.put(name, new Root(name, layers, config));
        return name;
    }

    @Override
    public void remove(String name) {
        roots.remove(name);
    }

    @Override
    public ImageService images() {
        return this;
    }

    @Override
    public Root prepare(String reference) {
        Root root = roots.get(reference);
        if (root == null) {
            throw new RuntimeFailure(Reason.NOT_FOUND, "no step has the layers \"" + reference + "\"");
        }
        return root;
    }

    @Override
    public String pull(String reference, @Nullable Credentials credentials) {
        throw new RuntimeFailure(Reason.NOT_FOUND, "steps of a build pull no images");
    }

    @Override
    public @Nullable Image find(String reference) {
        return null;
    }

    @Override
    public List<Image> list() {
        return List.of();
    }
}
