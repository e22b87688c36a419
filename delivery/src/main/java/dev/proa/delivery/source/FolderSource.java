package dev.proa.delivery.source;

import dev.proa.api.value.MapValue;
import dev.proa.delivery.config.DeliveryFailure;
import dev.proa.image.source.SourceFolder;
import dev.proa.image.source.SourceFolder.Kind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The YAML and JSON files of a folder, or one of them, as they are. An empty file counts as a folder without any. */
public record FolderSource(Path project, String path) implements ManifestSource {
    @Override
    public String description() {
        return "the manifests in " + path;
    }

    @Override
    public boolean generated() {
        return false;
    }

    @Override
    public Rendered render(Setting setting) {
        try (SourceFolder folder = SourceFolder.open(project)) {
            List<MapValue> manifests = new ArrayList<>();
            Map<String, String> origins = new HashMap<>();
            boolean blank = false;
            for (String file : files(folder)) {
                Path shown = project.resolve(file);
                refuseOtherFormats(shown);
                byte[] content = folder.read(file);
                // As a shell makes it for the output of "proa manifests", before that looks.
                blank |= content.length == 0;
                for (MapValue manifest : Documents.read(shown.toString(), content)) {
                    manifests.add(manifest);
                    origins.put(Kinds.describe(manifest), file);
                }
            }
            if (manifests.isEmpty() && !blank) {
                throw new DeliveryFailure(project.resolve(path)
                        + " has no manifests: put YAML files there, or remove the folder and they are generated");
            }
            return new Rendered(manifests, origins, List.of(), List.of());
        }
    }

    private List<String> files(SourceFolder folder) {
        return folder.kind(path) == Kind.FILE
                ? List.of(path)
                : folder.walk(path, any -> true).stream()
                        .filter(entry ->
                                entry.path().matches("(?s).*\\.(ya?ml|json)") && entry.kind() != Kind.DIRECTORY)
                        .map(SourceFolder.Entry::path)
                        .toList();
    }

    private void refuseOtherFormats(Path file) {
        String name = String.valueOf(file.getFileName());
        String kind = switch (name) {
            case "Chart.yaml" -> "belongs to a Helm chart";
            case "kustomization.yaml", "kustomization.yml" -> "is a kustomization";
            default -> COMPOSE_FILES.contains(name) ? "is a Compose file" : "";
        };
        if (!kind.isEmpty()) {
            throw new DeliveryFailure(
                    file + " " + kind + ", and does not go with other manifests: say which to take with --manifests "
                            + project.relativize(file.resolveSibling("")));
        }
    }
}
