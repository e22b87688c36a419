package dev.proa.delivery.compose;

import dev.proa.api.value.MapValue;
import dev.proa.delivery.config.Located;
import dev.proa.delivery.source.ImageBuild;
import dev.proa.delivery.source.ManifestSource;
import dev.proa.delivery.source.Rendered;
import dev.proa.image.source.SourceFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A Compose file, translated: a Deployment and a Service for each service, with ConfigMaps, Secrets and claims. What Kubernetes has
 * no counterpart for is named in the notes with its line.
 */
public final class ComposeSource implements ManifestSource {
    private static final Set<String> TOP =
            Set.of("version", "name", "services", "networks", "volumes", "configs", "secrets", "include");

    private final Path project;
    private final String path;
    private final List<String> profiles;
    private final Map<String, String> environment;

    /**
     * @param path of the file in the project
     * @param profiles that are active
     * @param environment whose variables replace those in the file
     */
    public ComposeSource(Path project, String path, List<String> profiles, Map<String, String> environment) {
        this.project = project;
        this.path = path;
        this.profiles = List.copyOf(profiles);
        this.environment = Map.copyOf(environment);
    }

    @Override
    public String description() {
        return "the Compose file " + path;
    }

    @Override
    public boolean generated() {
        return false;
    }

    /** Whether a service is built from source. */
    public boolean builds() {
        try (SourceFolder folder = SourceFolder.open(project)) {
            return ComposeFile.load(project, folder, path, profiles, environment).services().values().stream()
                    .anyMatch(service -> service.get("build").present());
        }
    }

    @Override
    public Rendered render(Setting setting) {
        try (SourceFolder folder = SourceFolder.open(project)) {
            ComposeFile.Loaded loaded = ComposeFile.load(project, folder, path, profiles, environment);
            Notes notes = new Notes();
            loaded.root().fields().forEach((name, value) -> {
                if (!TOP.contains(name) && !name.startsWith("x-")) {
                    notes.add(value, "is not translated");
                }
            });
            for (Located network : loaded.root().get("networks").fields().values()) {
                notes.add(network.get("driver_opts"), "is not translated: all pods share one network");
                notes.add(network.get("ipam"), "is not translated: the cluster assigns addresses");
            }
            Map<String, MapValue> objects = new LinkedHashMap<>();
            List<ImageBuild> builds = new ArrayList<>();
            Attachments attachments = new Attachments(project, folder, loaded, setting, notes, objects);
            for (String name : ordered(loaded.services())) {
                Located service =
                        java.util.Objects.requireNonNull(loaded.services().get(name));
                new ServiceTranslation(project, loaded, name, service, setting, notes, attachments)
                        .into(objects, builds);
            }
            return new Rendered(List.copyOf(objects.values()), Map.of(), builds, notes.all());
        }
    }

    /** The names of services, each after those that it depends on. */
    private static List<String> ordered(Map<String, Located> services) {
        List<String> ordered = new ArrayList<>();
        services.keySet().forEach(name -> visit(name, services, ordered, new ArrayList<>()));
        return ordered;
    }

    private static void visit(String name, Map<String, Located> services, List<String> ordered, List<String> above) {
        Located service = services.get(name);
        if (ordered.contains(name) || service == null) {
            return;
        }
        if (above.contains(name)) {
            throw service.get("depends_on").wrong("goes in a circle");
        }
        above.add(name);
        ComposeValues.entries(service.get("depends_on"))
                .keySet()
                .forEach(need -> visit(need, services, ordered, above));
        above.remove(name);
        ordered.add(name);
    }
}
