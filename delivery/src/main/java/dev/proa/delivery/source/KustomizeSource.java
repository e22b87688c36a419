package dev.proa.delivery.source;

import dev.proa.api.value.MapValue;
import dev.proa.delivery.config.DeliveryFailure;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A kustomization, rendered by {@code kustomize build}, or else by {@code kubectl kustomize}, whichever is on the PATH. */
public final class KustomizeSource implements ManifestSource {
    /** Its file, under any of the names that kustomize takes. */
    public static final List<String> FILES = List.of("kustomization.yaml", "kustomization.yml", "Kustomization");

    private final Path project;
    private final String path;
    private final @Nullable Tool tool;

    /** @param path of its folder in the project; empty for the project's own */
    public KustomizeSource(Path project, String path) {
        this(project, path, tool());
    }

    KustomizeSource(Path project, String path, @Nullable Tool tool) {
        this.project = project;
        this.path = path;
        this.tool = tool;
    }

    private static @Nullable Tool tool() {
        Tool own = Tool.find("kustomize", List.of("build"), List.of("version"));
        return own != null ? own : Tool.find("kubectl", List.of("kustomize"), List.of("version", "--client"));
    }

    @Override
    public String description() {
        return "the kustomization in " + (path.isEmpty() ? "." : path)
                + (tool == null ? "" : ", by " + tool.withVersion(project));
    }

    @Override
    public boolean generated() {
        return false;
    }

    @Override
    public Rendered render(Setting setting) {
        Path folder = project.resolve(path);
        if (tool == null) {
            throw new DeliveryFailure(folder
                    + " is a kustomization, which kustomize or kubectl renders, and neither of the two is on the PATH: install one of "
                    + "them, or put its manifests into a folder k8s");
        }
        byte[] output = tool.run(project, "the kustomization in " + folder, List.of(path.isEmpty() ? "." : path));
        List<MapValue> objects = Documents.read("the output of " + tool.name() + " for " + folder, output);
        if (objects.isEmpty()) {
            throw new DeliveryFailure(
                    "the kustomization in " + folder + " has no resources: list them in its kustomization.yaml");
        }
        return Rendered.of(objects);
    }
}
