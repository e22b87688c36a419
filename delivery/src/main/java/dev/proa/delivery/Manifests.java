package dev.proa.delivery;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.codec.Yaml;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.image.ImageFailure;
import dev.proa.image.source.SourceFolder;
import dev.proa.image.source.SourceFolder.Kind;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The manifests of an application: from its {@code k8s/} folder, or generated when it has none. */
final class Manifests {
    private static final String FOLDER = "k8s";
    private static final List<String> ORDER = List.of(
            "Namespace", "PriorityClass", "ServiceAccount", "Secret", "ConfigMap", "PersistentVolumeClaim", "Service");

    private final List<MapValue> written;
    /** The file of each object, relative to the project, by {@link Applier#describe}. */
    private final Map<String, Path> files;

    private Manifests(List<MapValue> written, Map<String, Path> files) {
        this.written = written;
        this.files = files;
    }

    /**
     * Reads the manifests of a project, and nothing that is outside of it.
     *
     * @throws DeliveryFailure when a file cannot be read or parsed; the message names it
     */
    static Manifests read(Path project) {
        Map<String, Path> files = new HashMap<>();
        try (SourceFolder folder = SourceFolder.open(project)) {
            boolean written = folder.kind(FOLDER) == Kind.DIRECTORY;
            return new Manifests(written ? files(folder, files) : List.of(), files);
        } catch (ImageFailure e) {
            throw new DeliveryFailure(String.valueOf(e.getMessage()));
        }
    }

    /** Whether the project has none, so that they are generated. */
    boolean isEmpty() {
        return written.isEmpty();
    }

    /**
     * The name of an object in messages: {@code k8s/web.yaml: deployment.apps/web}, without the file if it was
     * generated.
     */
    String describe(MapValue manifest) {
        String object = Applier.describe(manifest);
        Path file = files.get(object);
        return file == null ? object : file + ": " + object;
    }

    /** Whether a container uses the application's image. */
    boolean uses(String name) {
        return written.stream()
                .anyMatch(manifest -> !withImage(manifest, name, name + ":used").equals(manifest));
    }

    /**
     * The objects to apply, in an order that respects their dependencies.
     *
     * @param name the application's name, which is also that of its image in the manifests
     * @param image the reference that replaces the name
     * @param port that the image exposes
     * @param namespace for objects that name none
     */
    List<MapValue> finish(String name, String image, int port, String namespace) {
        List<MapValue> all = written.isEmpty() ? generate(name, port) : written;
        return EnvironmentHash.annotate(all.stream()
                .map(manifest -> (MapValue) withImage(manifest, name, image))
                .map(manifest -> withNamespace(manifest, namespace))
                .sorted(java.util.Comparator.comparingInt(Manifests::rank))
                .toList());
    }

    /** The manifests as written, or as generated for an application of this name, one YAML document each. */
    String yaml(String name, int port) {
        StringBuilder all = new StringBuilder();
        for (MapValue manifest : written.isEmpty() ? generate(name, port) : written) {
            all.append(all.isEmpty() ? "" : "---\n").append(new String(Yaml.encode(manifest), StandardCharsets.UTF_8));
        }
        return all.toString();
    }

    private static int rank(MapValue manifest) {
        int rank = ORDER.indexOf(manifest.string("kind"));
        return rank < 0 ? ORDER.size() : rank;
    }

    private static List<MapValue> files(SourceFolder folder, Map<String, Path> origin) {
        List<MapValue> manifests = new ArrayList<>();
        boolean blank = false;
        for (SourceFolder.Entry entry : folder.walk(FOLDER, path -> true)) {
            Path file = folder.path().resolve(entry.path());
            if (!entry.path().matches("(?s).*\\.(ya?ml|json)") || entry.kind() == Kind.DIRECTORY) {
                continue;
            }
            refuseOtherFormats(file);
            int before = manifests.size();
            byte[] content = folder.read(entry.path());
            if (content.length == 0) { // as a shell makes it for the output of "proa manifests", before that looks
                blank = true;
                continue;
            }
            try {
                for (Object document : Yaml.decodeAll(content)) {
                    add(file, document, manifests);
                }
            } catch (DecodeException e) {
                throw new DeliveryFailure("cannot use " + file + ": " + e.getMessage() + templateAdvice(content));
            } catch (DeliveryFailure e) {
                throw new DeliveryFailure(e.getMessage() + templateAdvice(content));
            }
            for (MapValue manifest : manifests.subList(before, manifests.size())) {
                origin.put(Applier.describe(manifest), Path.of(entry.path()));
            }
        }
        if (manifests.isEmpty() && !blank) {
            throw new DeliveryFailure(folder.path().resolve(FOLDER)
                    + " has no manifests: put YAML files there, or remove the folder and they are generated");
        }
        return manifests;
    }

    private static void refuseOtherFormats(Path file) {
        String kind = switch (String.valueOf(file.getFileName())) {
            case "Chart.yaml" ->
                "belongs to a Helm chart, which is not a manifest: put what \"helm template\" prints into the folder instead";
            case "kustomization.yaml", "kustomization.yml" ->
                "is a kustomization, which is not a manifest: put what \"kubectl kustomize\" prints into the folder instead";
            case "docker-compose.yml", "docker-compose.yaml", "compose.yml", "compose.yaml" ->
                "is a Compose file, which is not read yet: write a Deployment and a Service for each of its services";
            default -> "";
        };
        if (!kind.isEmpty()) {
            throw new DeliveryFailure(file + " " + kind);
        }
    }

    /** Advice for a file that is not YAML but a template of it. */
    private static String templateAdvice(byte[] content) {
        return new String(content, StandardCharsets.UTF_8).contains("{{")
                ? "\nIt has templates in braces, which are not filled in here: put what \"helm template\" prints, or what else "
                        + "fills them in, into the folder instead"
                : "";
    }

    private static void add(Path file, @Nullable Object document, List<MapValue> manifests) {
        if (document == null) {
            return;
        }
        if (!(document instanceof MapValue manifest)) {
            throw new DeliveryFailure("cannot use " + file + ": a document in it is not an object");
        }
        if (manifest.string("kind").endsWith("List") && manifest.has("items")) {
            manifest.list("items").forEach(item -> add(file, item, manifests));
            return;
        }
        if (manifest.string("apiVersion").isEmpty()
                || manifest.string("kind").isEmpty()
                || manifest.map("metadata").string("name").isEmpty()) {
            throw new DeliveryFailure("cannot use " + file + ": apiVersion, kind and metadata.name must be set");
        }
        try {
            Applier.kind(manifest);
        } catch (DeliveryFailure e) {
            throw new DeliveryFailure("cannot use " + file + ": " + e.getMessage());
        }
        manifests.add(manifest);
    }

    /** Replaces the image of the application's name, with any tag or none, in every field {@code image}. */
    private static Object withImage(Object value, String name, String image) {
        if (value instanceof MapValue map) {
            MapValue result = map;
            for (var entry : map) {
                Object inner = entry.getValue();
                if (entry.getKey().equals("image") && inner instanceof String reference) {
                    if (reference.equals(name) || reference.startsWith(name + ":")) {
                        result = result.with("image", image);
                    }
                } else if (inner != null) {
                    result = result.with(entry.getKey(), withImage(inner, name, image));
                }
            }
            return result;
        }
        if (value instanceof ListValue list) {
            return ListValue.copyOf(list.stream()
                    .map(item -> item == null ? null : withImage(item, name, image))
                    .toList());
        }
        return value;
    }

    private static MapValue withNamespace(MapValue manifest, String namespace) {
        if (!Applier.kind(manifest).namespaced()
                || !manifest.map("metadata").string("namespace").isEmpty()) {
            return manifest;
        }
        return manifest.withMap("metadata", metadata -> metadata.with("namespace", namespace));
    }

    /**
     * Generates manifests: two replicas behind a NodePort service, ready once they accept connections. They request
     * what an idle service needs, so that a small machine can hold many, may use idle CPU beyond that, and have a
     * memory limit so that one cannot starve the others.
     */
    static List<MapValue> generate(String name, int port) {
        String text = """
                apiVersion: apps/v1
                kind: Deployment
                metadata:
                  name: "%1$s"
                  labels: {app.kubernetes.io/name: "%1$s"}
                spec:
                  replicas: 2
                  progressDeadlineSeconds: 120
                  selector:
                    matchLabels: {app.kubernetes.io/name: "%1$s"}
                  strategy:
                    type: RollingUpdate
                    rollingUpdate: {maxSurge: 1, maxUnavailable: 0}
                  template:
                    metadata:
                      labels: {app.kubernetes.io/name: "%1$s"}
                    spec:
                      containers:
                        - name: "%1$s"
                          image: "%1$s"
                          ports: [{name: http, containerPort: %2$d}]
                          env: [{name: PORT, value: "%2$d"}]
                          terminationMessagePolicy: FallbackToLogsOnError
                          resources:
                            requests: {cpu: 10m, memory: 32Mi}
                            limits: {memory: 256Mi}
                          startupProbe: {tcpSocket: {port: http}, periodSeconds: 1, failureThreshold: 60}
                          readinessProbe: {tcpSocket: {port: http}, periodSeconds: 2}
                          lifecycle: {preStop: {sleep: {seconds: 2}}}
                ---
                apiVersion: v1
                kind: Service
                metadata:
                  name: "%1$s"
                  labels: {app.kubernetes.io/name: "%1$s"}
                spec:
                  type: NodePort
                  selector: {app.kubernetes.io/name: "%1$s"}
                  ports: [{name: http, port: 80, targetPort: http}]
                """.formatted(name, port);
        List<MapValue> manifests = new ArrayList<>();
        for (Object document : Yaml.decodeAll(text.getBytes(StandardCharsets.UTF_8))) {
            manifests.add((MapValue) document);
        }
        return manifests;
    }
}
