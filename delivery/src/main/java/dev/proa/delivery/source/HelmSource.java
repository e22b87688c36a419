package dev.proa.delivery.source;

import dev.proa.api.value.MapValue;
import dev.proa.delivery.config.DeliveryFailure;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A Helm chart, rendered by {@code helm template} under the application's name, with its custom resource definitions. Its tests are
 * left out; other hooks are refused, since they would have to run before and after what is applied.
 */
public final class HelmSource implements ManifestSource {
    private static final String HOOK = "helm.sh/hook";

    private final Path project;
    private final String path;
    private final SourceOptions options;
    private final @Nullable Tool tool;

    /** @param path of its folder in the project; empty for the project's own */
    public HelmSource(Path project, String path, SourceOptions options) {
        this(project, path, options, Tool.find("helm", List.of(), List.of("version", "--short")));
    }

    HelmSource(Path project, String path, SourceOptions options, @Nullable Tool tool) {
        this.project = project;
        this.path = path;
        this.options = options;
        this.tool = tool;
    }

    @Override
    public String description() {
        return "the Helm chart in " + (path.isEmpty() ? "." : path)
                + (tool == null ? "" : ", by " + tool.withVersion(project));
    }

    @Override
    public boolean generated() {
        return false;
    }

    @Override
    public Rendered render(Setting setting) {
        Path chart = project.resolve(path);
        if (tool == null) {
            throw new DeliveryFailure(chart
                    + " is a Helm chart, which helm renders, and that is not on the PATH: install it, or put what \"helm template\" "
                    + "prints into a folder k8s");
        }
        List<String> arguments = new ArrayList<>(List.of(
                "template",
                setting.name(),
                path.isEmpty() ? "." : "./" + path,
                "--namespace",
                setting.namespace(),
                "--include-crds"));
        for (Path values : options.values()) {
            arguments.addAll(List.of("--values", values.toAbsolutePath().toString()));
        }
        for (String set : options.sets()) {
            arguments.addAll(List.of("--set", set));
        }
        byte[] output = tool.run(project, "the chart in " + chart, arguments);
        List<MapValue> objects = new ArrayList<>();
        TreeSet<String> hooks = new TreeSet<>();
        for (MapValue object : Documents.read("the output of helm template for " + chart, output)) {
            List<String> events = hooks(object);
            if (events.isEmpty()) {
                objects.add(object);
            } else if (!events.stream().allMatch(event -> event.startsWith("test"))) {
                hooks.add(Kinds.describe(object) + " (" + String.join(", ", events) + ")");
            }
        }
        if (!hooks.isEmpty() && !options.skipHooks()) {
            throw new DeliveryFailure("the chart in " + chart + " has hooks, which only Helm runs: "
                    + String.join(", ", hooks) + ": leave them out with --skip-hooks, or install the chart with helm");
        }
        return new Rendered(
                objects,
                java.util.Map.of(),
                List.of(),
                hooks.isEmpty() ? List.of() : List.of("hooks of the chart are left out: " + String.join(", ", hooks)));
    }

    private static List<String> hooks(MapValue object) {
        String events = object.map("metadata").map("annotations").string(HOOK);
        return Arrays.stream(events.split(","))
                .map(String::strip)
                .filter(event -> !event.isEmpty())
                .toList();
    }
}
