package dev.proa.node.kubelet.pod;

import dev.proa.api.codec.Json;
import dev.proa.api.core.v1.Container;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Service;
import dev.proa.api.value.Quantity;
import dev.proa.node.cri.ContainerConfig;
import dev.proa.node.cri.ContainerRuntime;
import dev.proa.node.cri.ContainerStatus;
import dev.proa.node.cri.ContainerStatus.State;
import dev.proa.node.cri.PodSandboxStatus;
import dev.proa.node.kubelet.sandbox.SandboxConfigs;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** TestPods and what is seen of them, for tests. */
public final class TestPods {
    public static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    public static final State RUNNING = new State.Running(NOW, 7);
    public static final KubeletNode NODE = new KubeletNode(
            "node-1",
            "10.0.0.1",
            List.of("10.96.0.10"),
            "cluster.local",
            8L << 30,
            Map.of("cpu", Quantity.parse("4"), "memory", Quantity.parse("8Gi")));
    private static final Path LOGS = Path.of("logs");

    private TestPods() {}

    /** A pod {@code p} of namespace {@code n} with that specification, in JSON. */
    public static Pod of(String spec) {
        return new Pod(Json.decodeMap(
                "{\"metadata\": {\"name\": \"p\", \"namespace\": \"n\", \"uid\": \"u\", \"generation\": 1}, \"spec\": "
                        + spec + "}"));
    }

    /** A pod with that specification, and that status. */
    public static Pod of(String spec, String status) {
        Pod pod = of(spec);
        return new Pod(pod.value().with("status", Json.decodeMap(status)));
    }

    public static Service service(String json) {
        return new Service(Json.decodeMap(json));
    }

    public static Container container(String json) {
        return new Container(Json.decodeMap(json));
    }

    public static State exited(int code) {
        return new State.Exited(NOW, NOW, code, code == 0 ? "Completed" : "Error", "");
    }

    public static PodSandboxStatus sandbox(Pod pod, String id, int attempt, boolean ready) {
        return new PodSandboxStatus(id, SandboxConfigs.of(pod, attempt, NODE, LOGS), ready, List.of("10.244.0.7"), NOW);
    }

    /** What is seen of a pod whose only sandbox, {@code s}, is ready. */
    public static Observed seen(Pod pod, ContainerStatus... containers) {
        return new Observed(sandbox(pod, "s", 0, true), List.of(containers));
    }

    /** The first container {@code name} of sandbox {@code s}, its id is {@code id-} and the name. */
    public static ContainerStatus status(String name, State state) {
        return status(name, 0, state);
    }

    /** Of a container that names no image. */
    public static ContainerStatus status(String name, int attempt, State state) {
        ContainerConfig config = new ContainerConfig(
                name,
                attempt,
                "i",
                List.of(),
                List.of(),
                "",
                List.of(),
                List.of(),
                Map.of(),
                Map.of(ContainerLabels.HASH, PodSpecs.hash(container("{\"image\": \"i\"}"))),
                LOGS,
                false,
                false,
                false,
                ContainerRuntime.Resources.UNLIMITED,
                0,
                ContainerConfig.Security.DEFAULT,
                null);
        String id = "id-" + name + (attempt == 0 ? "" : "-" + attempt);
        return new ContainerStatus(id, "s", config, state, NOW, "sha256:1", LOGS);
    }
}
