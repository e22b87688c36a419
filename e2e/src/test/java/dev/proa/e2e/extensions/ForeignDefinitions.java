package dev.proa.e2e.extensions;

import dev.proa.api.codec.Yaml;
import dev.proa.api.value.MapValue;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Projects that define resources of their own, with these definitions and with objects of the kinds they define. */
enum ForeignDefinitions {
    GATEWAY(
            "sigs.k8s.io/gateway-api@v1.6.3",
            List.of("config/crd/experimental"),
            List.of("examples/standard", "examples/experimental")),
    PROMETHEUS(
            "github.com/prometheus-operator/prometheus-operator@v0.94.1",
            List.of("example/prometheus-operator-crd"),
            List.of("example/user-guides/getting-started", "example/user-guides/alerting", "example/thanos")),
    ROLLOUTS(
            "github.com/argoproj/argo-rollouts@v1.9.0",
            List.of("manifests/crds"),
            List.of(
                    "examples/analysis-templates.yaml",
                    "examples/cluster-analysis-templates.yaml",
                    "examples/experiment-with-analysis.yaml",
                    "examples/rollout-analysis-step.yaml",
                    "examples/rollout-bluegreen.yaml",
                    "examples/rollout-canary.yaml",
                    "examples/rollout-experiment-step.yaml",
                    "examples/workload-ref")),
    /** Its module has no examples. */
    CERTIFICATES("github.com/cert-manager/cert-manager@v1.21.2", List.of("deploy/crds"), "cert-manager.yaml"),
    /** The examples in its module lack required fields. */
    KEDA("github.com/kedacore/keda/v2@v2.21.0", List.of("config/crd/bases"), "keda.yaml");

    private final String module;
    private final List<String> definitions;
    private final List<String> examples;
    /** A resource with objects; empty when the module has examples. */
    private final String own;

    ForeignDefinitions(String module, List<String> definitions, List<String> examples) {
        this(module, definitions, examples, "");
    }

    ForeignDefinitions(String module, List<String> definitions, String own) {
        this(module, definitions, List.of(), own);
    }

    ForeignDefinitions(String module, List<String> definitions, List<String> examples, String own) {
        this.module = module;
        this.definitions = definitions;
        this.examples = examples;
        this.own = own;
    }

    /** The files with the definitions. */
    List<Path> definitionFiles() {
        return GoModule.get(module).yaml(definitions);
    }

    /** The definitions, without what else is in their files. */
    List<MapValue> definitions() {
        return definitionFiles().stream()
                .flatMap(file -> objects(read(file)).stream())
                .filter(object -> object.string("kind").equals("CustomResourceDefinition"))
                .toList();
    }

    /** Objects of these kinds, and those they refer to; of several with one name the last. */
    Collection<MapValue> objects() {
        Map<List<String>, MapValue> byName = new LinkedHashMap<>();
        List<byte[]> texts = own.isEmpty()
                ? GoModule.get(module).yaml(examples).stream()
                        .map(ForeignDefinitions::read)
                        .toList()
                : List.of(resource(own));
        for (byte[] text : texts) {
            for (MapValue object : objects(text)) {
                MapValue metadata = object.map("metadata");
                String namespace = metadata.has("namespace") ? metadata.string("namespace") : "default";
                byName.put(List.of(object.string("kind"), namespace, metadata.string("name")), object);
            }
        }
        return byName.values();
    }

    /** The objects of a file; some files between them are configurations of other programs. */
    private static List<MapValue> objects(byte[] yaml) {
        return Yaml.decodeAll(yaml).stream()
                .filter(MapValue.class::isInstance)
                .map(MapValue.class::cast)
                .filter(object -> object.has("kind"))
                .toList();
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] resource(String name) {
        try (InputStream in = ForeignDefinitions.class.getResourceAsStream("/extensions/" + name)) {
            return Objects.requireNonNull(in, name).readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return module;
    }
}
