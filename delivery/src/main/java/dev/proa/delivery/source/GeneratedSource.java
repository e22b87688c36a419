package dev.proa.delivery.source;

import dev.proa.api.codec.Yaml;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Manifests generated for an application without any: two replicas behind a NodePort service, ready once they accept connections.
 * They request what an idle service needs, so that a small machine can hold many, may use idle CPU beyond that, and have a memory
 * limit so that one cannot starve the others.
 *
 * @param replicas number of pods
 * @param environment variables of the container, besides {@code PORT}
 * @param secret whether the container has the Secret {@link EnvSecret#name} as its environment
 */
public record GeneratedSource(int replicas, Map<String, String> environment, boolean secret) implements ManifestSource {
    /** The usual two replicas. */
    public static final GeneratedSource USUAL = new GeneratedSource(2, Map.of(), false);

    public GeneratedSource {
        environment = Map.copyOf(environment);
    }

    @Override
    public String description() {
        return "generated manifests";
    }

    @Override
    public boolean generated() {
        return true;
    }

    @Override
    public Rendered render(Setting setting) {
        String text = """
                apiVersion: apps/v1
                kind: Deployment
                metadata:
                  name: "%1$s"
                  labels: {app.kubernetes.io/name: "%1$s"}
                spec:
                  replicas: %3$d
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
                """.formatted(setting.name(), setting.port(), replicas);
        List<MapValue> manifests = new ArrayList<>();
        for (Object document : Yaml.decodeAll(text.getBytes(StandardCharsets.UTF_8))) {
            manifests.add((MapValue) document);
        }
        manifests.set(0, withEnvironment(manifests.getFirst(), setting.name()));
        return Rendered.of(manifests);
    }

    private MapValue withEnvironment(MapValue deployment, String name) {
        return Templates.changePods(deployment, pod -> {
            MapValue container = pod.list("containers").map(0);
            ListValue variables = container.list("env");
            for (String variable : environment.keySet().stream().sorted().toList()) {
                if (!variable.equals("PORT")) {
                    variables = variables.plus(MapValue.of("name", variable, "value", environment.get(variable)));
                }
            }
            container = container.with("env", variables);
            if (secret) {
                container = container.with(
                        "envFrom", ListValue.of(MapValue.of("secretRef", MapValue.of("name", EnvSecret.name(name)))));
            }
            return pod.with("containers", pod.list("containers").with(0, container));
        });
    }
}
