package dev.proa.delivery;

import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Service;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.AnyObject;
import dev.proa.api.view.Kind;
import dev.proa.api.view.KubeObject;
import dev.proa.api.view.Views;
import dev.proa.client.Client;
import dev.proa.client.ListOptions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A deployed application, looked up in the cluster: what Proa deployed under a name, or else any workload of that
 * name.
 */
public final class Application {
    private final Client client;
    private final String name;
    private final List<Inventory.Item> objects;

    private Application(Client client, String name, List<Inventory.Item> objects) {
        this.client = client;
        this.name = name;
        this.objects = objects;
    }

    /**
     * Finds an application.
     *
     * @throws IllegalArgumentException when there is none; the message lists those that exist
     */
    public static Application find(Client client, String namespace, String name) {
        Inventory inventory = Inventory.find(client, namespace, name);
        if (inventory != null) {
            return new Application(client, name, inventory.objects());
        }
        List<Inventory.Item> objects = new ArrayList<>();
        KubeObject workload = null;
        for (String kind : Revisions.workloads()) {
            Workload found = workload == null ? Workload.find(client, kind, namespace, name) : null;
            if (found != null) {
                workload = found.object();
                objects.add(new Inventory.Item(found.kind().apiVersion(), kind, namespace, name));
            }
        }
        if (workload == null) {
            throw unknown(client, namespace, name);
        }
        Map<String, String> labels = Views.strings(
                workload.value().map("spec").map("template").map("metadata").map("labels"));
        for (Service service : client.resource(Service.KIND).in(namespace).list()) {
            Map<String, String> selector = service.spec().selector();
            if (!selector.isEmpty() && labels.entrySet().containsAll(selector.entrySet())) {
                objects.add(new Inventory.Item("v1", "Service", namespace, service.name()));
            }
        }
        return new Application(client, name, objects);
    }

    static IllegalArgumentException unknown(Client client, String namespace, String name) {
        List<String> known = Inventory.apps(client, namespace);
        return new IllegalArgumentException("no application \"" + name + "\" was deployed to namespace \"" + namespace
                + "\"" + (known.isEmpty() ? "" : "; there is " + String.join(", ", known))
                + "; in another one: -n NAMESPACE");
    }

    /** Its workloads of a kind that exist. */
    <T extends KubeObject> List<T> workloads(Kind<T> kind) {
        List<T> found = new ArrayList<>();
        for (Inventory.Item item : of(kind.kind())) {
            T workload = client.resource(kind).in(item.namespace()).find(item.name());
            if (workload != null) {
                found.add(workload);
            }
        }
        return found;
    }

    private List<Inventory.Item> of(String kind) {
        return objects.stream().filter(item -> item.kind().equals(kind)).toList();
    }

    /** Its Services, with as many fields as are needed to find them. */
    List<MapValue> services() {
        return of("Service").stream().map(Inventory.Item::value).toList();
    }

    /** Its current pods: bare ones, and those created from its templates. */
    List<Pod> pods() {
        Map<String, Pod> found = new LinkedHashMap<>();
        for (Inventory.Item item : objects) {
            if (item.kind().equals("Pod")) {
                Pod pod = client.resource(Pod.KIND).in(item.namespace()).find(item.name());
                if (pod != null) {
                    found.put(pod.uid(), pod);
                }
            } else {
                made(item).forEach(pod -> found.put(pod.uid(), pod));
            }
        }
        return List.copyOf(found.values());
    }

    private List<Pod> made(Inventory.Item item) {
        AnyObject live = item.kind().equals("Service") ? null : item.find(client);
        if (live == null || !live.value().map("spec").has("template")) {
            return List.of();
        }
        MapValue labels = live.value().map("spec").map("selector").map("matchLabels");
        Map<String, String> selector = new LinkedHashMap<>();
        labels.forEach(label -> selector.put(label.getKey(), String.valueOf(label.getValue())));
        return selector.isEmpty()
                ? List.of()
                : client.resource(Pod.KIND)
                        .in(item.namespace())
                        .list(ListOptions.labels(FirstAnswer.labels(selector)))
                        .items();
    }

    /**
     * Its URL.
     *
     * @param host the address of node ports as seen from here; empty when they cannot be reached
     * @throws IllegalArgumentException when it has none; the message says why
     */
    public String url(String host) {
        if (host.isEmpty()) {
            throw new IllegalArgumentException("nothing answers in this cluster, for its pods are simulated");
        }
        for (Inventory.Item item : of("Service")) {
            Service service = client.resource(Service.KIND).in(item.namespace()).find(item.name());
            String url = service == null ? "" : ApplicationStatus.url(service, host);
            if (!url.isEmpty()) {
                return url;
            }
        }
        throw new IllegalArgumentException("\"" + name + "\" has no service with a node port, so there is no URL: set "
                + "\"type: NodePort\" in its service, or reach a pod with kubectl port-forward");
    }
}
