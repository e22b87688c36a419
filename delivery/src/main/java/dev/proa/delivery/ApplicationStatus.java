package dev.proa.delivery;

import dev.proa.api.apps.v1.Deployment;
import dev.proa.api.core.v1.ContainerStatus;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Service;
import dev.proa.api.core.v1.ServicePort;
import dev.proa.client.Client;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A running application: a Deployment with its pods and its Service.
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
            apps.add(of(deployment, pods, services, host));
        }
        return apps;
    }

    static ApplicationStatus of(Deployment deployment, List<Pod> pods, List<Service> services, String host) {
        Map<String, String> selector = deployment.spec().selector().matchLabels();
        List<Pod> own = pods.stream()
                .filter(pod -> pod.namespace().equals(deployment.namespace()))
                .filter(pod -> !selector.isEmpty() && pod.labels().entrySet().containsAll(selector.entrySet()))
                .toList();
        Map<String, String> labels = deployment.spec().template().metadata().labels();
        String url = services.stream()
                .filter(service -> service.namespace().equals(deployment.namespace()))
                .filter(service -> !service.spec().selector().isEmpty()
                        && labels.entrySet()
                                .containsAll(service.spec().selector().entrySet()))
                .map(service -> url(service, host))
                .filter(found -> !found.isEmpty())
                .findFirst()
                .orElse("");
        int restarts = own.stream()
                .flatMap(pod -> pod.status().containerStatuses().stream())
                .mapToInt(ContainerStatus::restartCount)
                .sum();
        int wanted = RolloutStatus.wanted(deployment);
        RolloutStatus rollout = RolloutStatus.of(deployment);
        List<RolloutProblem> troubles = RolloutProblem.of(deployment, own);
        String state = switch (rollout) {
            case RolloutStatus.Broken broken -> broken.message();
            case RolloutStatus.Held held -> held.message();
            case RolloutStatus.Going going ->
                troubles.isEmpty() ? going.message() : troubles.getFirst().brief();
            case RolloutStatus.Done done -> wanted == 0 ? "scaled to 0" : "running";
        };
        return new ApplicationStatus(
                deployment.namespace(),
                deployment.name(),
                deployment.spec().template().spec().containers().isEmpty()
                        ? ""
                        : deployment
                                .spec()
                                .template()
                                .spec()
                                .containers()
                                .getFirst()
                                .image(),
                wanted,
                deployment.status().readyReplicas(),
                restarts,
                rollout instanceof RolloutStatus.Done,
                state.lines().findFirst().orElse(""),
                url);
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
