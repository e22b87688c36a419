package dev.proa.delivery;

import dev.proa.api.apps.v1.Deployment;
import dev.proa.api.core.v1.Container;
import dev.proa.api.core.v1.ContainerStatus;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Service;
import dev.proa.api.core.v1.ServicePort;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.KubeObject;
import dev.proa.api.view.Views;
import dev.proa.client.Client;
import dev.proa.delivery.argo.Argo;
import dev.proa.delivery.argo.Rollout;
import dev.proa.delivery.traffic.EntryRouterFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A running application: a Deployment or a Rollout with its pods and its Service.
 *
 * @param image of its first container
 * @param wanted desired number of pods
 * @param ready number of ready pods
 * @param restarts of all containers of its pods
 * @param settled whether the rollout is complete and all pods are ready
 * @param state the STATUS column
 * @param url where this machine reaches it; empty when no node port leads to it
 */
public record ApplicationStatus(
        String namespace,
        String name,
        String image,
        int wanted,
        int ready,
        int restarts,
        boolean settled,
        String state,
        String url) {

    /**
     * All applications of a cluster.
     *
     * @param pods all pods
     * @param host the address of node ports as seen from here; empty when they cannot be reached
     */
    public static List<ApplicationStatus> list(Client client, List<Pod> pods, String host) {
        List<Service> services = client.resource(Service.KIND).list();
        List<ApplicationStatus> apps = new ArrayList<>();
        for (Deployment deployment : client.resource(Deployment.KIND).list()) {
            apps.add(of(new Workload.OfDeployment(deployment), pods, services, host));
        }
        for (Rollout rollout : rollouts(client)) {
            apps.add(of(new Workload.OfRollout(rollout), pods, services, host));
        }
        return apps;
    }

    /** None in a cluster that does not know the kind. */
    private static List<Rollout> rollouts(Client client) {
        try {
            return client.resource(Rollout.KIND).list();
        } catch (StatusException e) {
            if (e.code() == 404) {
                return List.of();
            }
            throw e;
        }
    }

    static ApplicationStatus of(Workload workload, List<Pod> pods, List<Service> services, String host) {
        KubeObject object = workload.object();
        MapValue spec = object.value().map("spec");
        Map<String, String> selector = Views.strings(spec.map("selector").map("matchLabels"));
        List<Pod> own = pods.stream()
                .filter(pod -> pod.namespace().equals(object.namespace()))
                .filter(pod -> !selector.isEmpty() && pod.labels().entrySet().containsAll(selector.entrySet()))
                .toList();
        Map<String, String> labels =
                Views.strings(spec.map("template").map("metadata").map("labels"));
        List<Service> near = services.stream()
                .filter(service -> service.namespace().equals(object.namespace()))
                .toList();
        String url = near.stream()
                .filter(service -> selects(service, labels) || enters(service, near, labels))
                .map(service -> url(service, host))
                .filter(found -> !found.isEmpty())
                .findFirst()
                .orElse("");
        int restarts = own.stream()
                .flatMap(pod -> pod.status().containerStatuses().stream())
                .mapToInt(ContainerStatus::restartCount)
                .sum();
        int wanted = (int) spec.integer("replicas", 1);
        RolloutStatus rollout = workload.status();
        List<RolloutProblem> troubles = RolloutProblem.of(object, own);
        String state = switch (rollout) {
            case RolloutStatus.Broken broken -> broken.message();
            case RolloutStatus.Held held -> held.message();
            case RolloutStatus.Going going ->
                troubles.isEmpty() ? going.message() : troubles.getFirst().brief();
            case RolloutStatus.Done done -> wanted == 0 ? "scaled to 0" : "running";
        };
        List<Container> containers = workload.podSpec().containers();
        return new ApplicationStatus(
                object.namespace(),
                object.name(),
                containers.isEmpty() ? "" : containers.getFirst().image(),
                wanted,
                (int) object.value().map("status").integer("readyReplicas", 0),
                restarts,
                rollout instanceof RolloutStatus.Done,
                state.lines().findFirst().orElse(""),
                url);
    }

    /** Whether a service leads to pods with these labels; the hash of a version that a Rollout has it select is left out. */
    private static boolean selects(Service service, Map<String, String> labels) {
        return !service.spec().selector().isEmpty()
                && service.spec().selector().entrySet().stream()
                        .filter(label -> !label.getKey().equals(Argo.POD_TEMPLATE_HASH))
                        .allMatch(label -> label.getValue().equals(labels.get(label.getKey())));
    }

    /** Whether the entry proxy leads the requests of a service to pods with these labels. */
    private static boolean enters(Service service, List<Service> near, Map<String, String> labels) {
        String entry = service.annotations().getOrDefault(EntryRouterFactory.ENTRY, "");
        return near.stream()
                .anyMatch(each -> (entry.equals(each.name()) || entry.contains("\"" + each.name() + "\""))
                        && selects(each, labels));
    }

    /** The URL of a service's first node port as seen from here; empty when it has none. */
    static String url(Service service, String host) {
        for (ServicePort port : service.spec().ports()) {
            if (port.nodePort() > 0 && !host.isEmpty()) {
                return "http://" + host + ":" + port.nodePort();
            }
        }
        return "";
    }
}
