package dev.proa.node.cri;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Configurations for tests: only what a test is about is spelled out there. */
public final class Configs {
    private Configs() {}

    public static PodSandboxConfig sandbox(String name, Path logs) {
        return new PodSandboxConfig(
                name,
                "default",
                "uid-" + name,
                0,
                name,
                "",
                logs,
                new PodSandboxConfig.Dns(
                        List.of("10.96.0.10"), List.of("default.svc.cluster.local"), List.of("ndots:5")),
                Map.of(),
                Map.of("app", name),
                Map.of(),
                false,
                false,
                false,
                false,
                List.of(),
                Map.of(),
                ContainerRuntime.Resources.UNLIMITED);
    }

    public static ContainerConfig container(String name, String image, List<String> command) {
        return container(name, image, command, Map.of());
    }

    public static ContainerConfig container(
            String name, String image, List<String> command, Map<String, String> annotations) {
        return new ContainerConfig(
                name,
                0,
                image,
                command,
                List.of(),
                "",
                List.of(),
                List.of(),
                Map.of(),
                annotations,
                Path.of(name + "/0.log"),
                false,
                false,
                false,
                ContainerRuntime.Resources.UNLIMITED,
                0,
                ContainerConfig.Security.DEFAULT,
                null);
    }
}
