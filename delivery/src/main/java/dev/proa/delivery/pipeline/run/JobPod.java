package dev.proa.delivery.pipeline.run;

import dev.proa.api.core.v1.Pod;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.KubeObject;
import java.util.List;
import java.util.Map;

/**
 * The pod of a job: one container that waits for steps to be run in it, and one for each service, all on one network, so that a service is reached by
 * its name and at {@code localhost} alike.
 *
 * @param name of the pod
 * @param job id of the job
 * @param image of the job's container
 * @param timeoutSeconds after which the kubelet ends it, whatever the runner does
 */
record JobPod(
        String name,
        String job,
        String image,
        Map<String, String> environment,
        List<Service> services,
        long timeoutSeconds) {
    /** Of the job's container. */
    static final String CONTAINER = "job";
    /** The runner's own files in the job's container. */
    static final String CONTROL = "/__proa";
    /** The folder above that in which steps run. */
    static final String WORK = "/github";

    static final String WORKSPACE = WORK + "/workspace";

    JobPod {
        environment = Map.copyOf(environment);
        services = List.copyOf(services);
    }

    /** A container beside the job's, known to it by its name. */
    record Service(String name, String image, Map<String, String> environment, List<String> arguments) {
        Service {
            environment = Map.copyOf(environment);
            arguments = List.copyOf(arguments);
        }
    }

    /** The pod as an object. */
    Pod manifest(KubeObject run) {
        List<MapValue> containers = new java.util.ArrayList<>();
        containers.add(MapValue.builder()
                .put("name", CONTAINER)
                .put("image", image)
                .put("imagePullPolicy", "IfNotPresent")
                // It reaps what steps leave behind, and ends at once when it is told to.
                .put("command", ListValue.of("sh", "-c", "trap 'exit 0' TERM; while :; do sleep 3600 & wait $!; done"))
                .put("workingDir", WORK)
                .put("env", environment(environment))
                .put(
                        "volumeMounts",
                        ListValue.of(
                                MapValue.of("name", "control", "mountPath", CONTROL),
                                MapValue.of("name", "work", "mountPath", WORK)))
                .build());
        for (Service service : services) {
            MapValue.Builder container = MapValue.builder()
                    .put("name", service.name())
                    .put("image", service.image())
                    .put("imagePullPolicy", "IfNotPresent")
                    .put("env", environment(service.environment()));
            if (!service.arguments().isEmpty()) {
                container.put("args", ListValue.copyOf(service.arguments()));
            }
            containers.add(container.build());
        }
        MapValue.Builder spec = MapValue.builder()
                .put("restartPolicy", "Never")
                .put("serviceAccountName", PipelineResources.ACCOUNT)
                .put("terminationGracePeriodSeconds", 2L)
                .put("activeDeadlineSeconds", timeoutSeconds)
                .put("containers", ListValue.copyOf(containers))
                .put("volumes", ListValue.of(emptyDir("control"), emptyDir("work")));
        if (!services.isEmpty()) {
            spec.put(
                    "hostAliases",
                    ListValue.of(MapValue.of(
                            "ip",
                            "127.0.0.1",
                            "hostnames",
                            ListValue.copyOf(
                                    services.stream().map(Service::name).toList()))));
        }
        return new Pod(MapValue.of(
                "apiVersion",
                "v1",
                "kind",
                "Pod",
                "metadata",
                MapValue.of(
                        "name", name,
                        "namespace", run.namespace(),
                        "labels",
                                MapValue.of(
                                        PipelineResources.RUN, run.name(),
                                        PipelineResources.JOB, label(job)),
                        "ownerReferences", ListValue.of(owner(run))),
                "spec",
                spec.build()));
    }

    private static MapValue emptyDir(String name) {
        return MapValue.of("name", name, "emptyDir", MapValue.EMPTY);
    }

    private static ListValue environment(Map<String, String> values) {
        return ListValue.copyOf(values.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(entry -> MapValue.of(
                        "name", entry.getKey(), "value", entry.getValue().replace("$(", "$$(")))
                .toList());
    }

    /** A text as value of a label. */
    static String label(String text) {
        String cut = text.replaceAll("[^A-Za-z0-9_.-]", "_");
        return cut.substring(0, Math.min(63, cut.length())).replaceAll("^[^A-Za-z0-9]+|[^A-Za-z0-9]+$", "");
    }

    /** The reference by which what a run owns goes with it. */
    static MapValue owner(KubeObject run) {
        return MapValue.of(
                "apiVersion", run.apiVersion(),
                "kind", run.kind(),
                "name", run.name(),
                "uid", run.uid(),
                "controller", true,
                "blockOwnerDeletion", true);
    }
}
