package dev.proa.server.table;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Quantity;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Cells of the core group, of events and of leases. */
final class CoreCells {
    private CoreCells() {}

    static TableFormat.@Nullable Cells of(String resource) {
        return switch (resource) {
            case "configmaps" ->
                (object, now) -> ListValue.of(
                        Text.name(object),
                        (long) object.map("data").size()
                                + object.map("binaryData").size(),
                        Text.age(object, now));
            case "endpoints" ->
                (object, now) -> ListValue.of(Text.name(object), endpoints(object), Text.age(object, now));
            case "events" -> CoreCells::event;
            case "leases" ->
                (object, now) -> ListValue.of(
                        Text.name(object), object.map("spec").string("holderIdentity"), Text.age(object, now));
            case "namespaces" ->
                (object, now) ->
                        ListValue.of(Text.name(object), object.map("status").string("phase"), Text.age(object, now));
            case "nodes" -> CoreCells::node;
            case "persistentvolumeclaims" -> CoreCells::persistentVolumeClaim;
            case "persistentvolumes" -> CoreCells::persistentVolume;
            case "pods" -> PodCells::of;
            case "podtemplates" ->
                (object, now) -> {
                    MapValue template = object.map("template");
                    ListValue containers = template.map("spec").list("containers");
                    return ListValue.of(
                            Text.name(object),
                            Text.each(containers, "name"),
                            Text.each(containers, "image"),
                            Text.labels(template.map("metadata").map("labels")));
                };
            case "replicationcontrollers" -> CoreCells::replicationController;
            case "resourcequotas" -> CoreCells::resourceQuota;
            case "secrets" ->
                (object, now) -> ListValue.of(
                        Text.name(object),
                        object.string("type"),
                        (long) object.map("data").size(),
                        Text.age(object, now));
            case "serviceaccounts" -> (object, now) -> ListValue.of(Text.name(object), Text.age(object, now));
            case "services" -> CoreCells::service;
            case "componentstatuses" -> (object, now) -> ListValue.of(Text.name(object), "Unknown", "", "");
            default -> null;
        };
    }

    private static String endpoints(MapValue endpoints) {
        ListValue subsets = endpoints.list("subsets");
        if (subsets.isEmpty()) {
            return Text.NONE;
        }
        List<String> all = new ArrayList<>();
        for (int s = 0; s < subsets.size(); s++) {
            ListValue addresses = subsets.map(s).list("addresses");
            ListValue ports = subsets.map(s).list("ports");
            for (int p = 0; p < Math.max(1, ports.size()); p++) {
                for (int a = 0; a < addresses.size(); a++) {
                    String ip = addresses.map(a).string("ip");
                    String host = ip.contains(":") ? "[" + ip + "]" : ip;
                    all.add(ports.isEmpty() ? ip : host + ":" + ports.map(p).integer("port", 0));
                }
            }
        }
        return Text.some(all, 3);
    }

    private static ListValue event(MapValue event, Instant now) {
        Object first = event.get("firstTimestamp") == null ? event.get("eventTime") : event.get("firstTimestamp");
        Object last = event.get("lastTimestamp") == null ? first : event.get("lastTimestamp");
        long count = event.integer("count", 0);
        if (event.get("series") instanceof MapValue series) {
            last = series.get("lastObservedTime");
            count = series.integer("count", 0);
        } else if (count == 0) {
            count = 1;
        }
        MapValue involved = event.map("involvedObject");
        String target = involved.string("kind").toLowerCase(Locale.ROOT);
        if (!involved.string("name").isEmpty()) {
            target += "/" + involved.string("name");
        }
        MapValue source = event.map("source");
        String component = Text.or(source.string("component"), event.string("reportingComponent"));
        String instance = Text.or(source.string("host"), event.string("reportingInstance"));
        return ListValue.of(
                Text.since(last, now),
                event.string("type"),
                event.string("reason"),
                target,
                involved.string("fieldPath"),
                instance.isEmpty() ? component : component + ", " + instance,
                event.string("message").strip(),
                Text.since(first, now),
                count,
                Text.name(event));
    }

    private static ListValue node(MapValue node, Instant now) {
        MapValue status = node.map("status");
        String ready = "Unknown";
        ListValue conditions = status.list("conditions");
        for (int i = 0; i < conditions.size(); i++) {
            if (conditions.map(i).string("type").equals("Ready")) {
                ready = conditions.map(i).string("status").equals("True") ? "Ready" : "NotReady";
            }
        }
        if (node.map("spec").bool("unschedulable")) {
            ready += ",SchedulingDisabled";
        }
        TreeSet<String> roles = new TreeSet<>();
        node.map("metadata").map("labels").forEach(label -> {
            String prefix = "node-role.kubernetes.io/";
            if (label.getKey().startsWith(prefix) && label.getKey().length() > prefix.length()) {
                roles.add(label.getKey().substring(prefix.length()));
            } else if (label.getKey().equals("kubernetes.io/role") && !"".equals(label.getValue())) {
                roles.add(String.valueOf(label.getValue()));
            }
        });
        MapValue info = status.map("nodeInfo");
        String architecture = info.string("architecture");
        return ListValue.of(
                Text.name(node),
                ready,
                Text.or(String.join(",", roles), Text.NONE),
                Text.age(node, now),
                info.string("kubeletVersion"),
                address(status, "InternalIP"),
                address(status, "ExternalIP"),
                Text.or(info.string("osImage"), Text.UNKNOWN),
                Text.or(info.string("kernelVersion"), Text.UNKNOWN)
                        + (architecture.isEmpty() ? "" : " (" + architecture + ")"),
                Text.or(info.string("containerRuntimeVersion"), Text.UNKNOWN));
    }

    private static String address(MapValue status, String type) {
        ListValue addresses = status.list("addresses");
        for (int i = 0; i < addresses.size(); i++) {
            if (addresses.map(i).string("type").equals(type)) {
                return addresses.map(i).string("address");
            }
        }
        return Text.NONE;
    }

    private static String phase(MapValue object) {
        return object.map("metadata").get("deletionTimestamp") != null
                ? "Terminating"
                : object.map("status").string("phase");
    }

    private static String accessModes(ListValue modes) {
        List<String> shorts = new ArrayList<>();
        String[][] names = {
            {"ReadWriteOnce", "RWO"}, {"ReadOnlyMany", "ROX"}, {"ReadWriteMany", "RWX"}, {"ReadWriteOncePod", "RWOP"}
        };
        for (String[] name : names) {
            if (modes.contains(name[0])) {
                shorts.add(name[1]);
            }
        }
        return Text.join(shorts);
    }

    private static ListValue persistentVolume(MapValue volume, Instant now) {
        MapValue spec = volume.map("spec");
        MapValue claim = spec.map("claimRef");
        return ListValue.of(
                Text.name(volume),
                quantity(spec.map("capacity").get("storage")),
                accessModes(spec.list("accessModes")),
                spec.string("persistentVolumeReclaimPolicy"),
                phase(volume),
                claim.isEmpty() ? "" : claim.string("namespace") + "/" + claim.string("name"),
                storageClass(volume, spec),
                Text.or(spec.get("volumeAttributesClassName"), Text.UNSET),
                volume.map("status").string("reason"),
                Text.age(volume, now),
                Text.or(spec.get("volumeMode"), Text.UNSET));
    }

    private static ListValue persistentVolumeClaim(MapValue claim, Instant now) {
        MapValue spec = claim.map("spec");
        MapValue status = claim.map("status");
        String volume = spec.string("volumeName");
        return ListValue.of(
                Text.name(claim),
                phase(claim),
                volume,
                volume.isEmpty() ? "" : quantity(status.map("capacity").get("storage")),
                volume.isEmpty() ? "" : accessModes(status.list("accessModes")),
                storageClass(claim, spec),
                Text.or(spec.get("volumeAttributesClassName"), Text.UNSET),
                Text.age(claim, now),
                Text.or(spec.get("volumeMode"), Text.UNSET));
    }

    private static String storageClass(MapValue object, MapValue spec) {
        return Text.or(
                object.map("metadata").map("annotations").string("volume.beta.kubernetes.io/storage-class"),
                spec.string("storageClassName"));
    }

    private static String quantity(@Nullable Object value) {
        return value == null ? "0" : Quantity.from(value).toString();
    }

    private static ListValue replicationController(MapValue controller, Instant now) {
        MapValue spec = controller.map("spec");
        MapValue status = controller.map("status");
        ListValue containers = spec.map("template").map("spec").list("containers");
        return ListValue.of(
                Text.name(controller),
                spec.integer("replicas", 0),
                status.integer("replicas", 0),
                status.integer("readyReplicas", 0),
                Text.age(controller, now),
                Text.each(containers, "name"),
                Text.each(containers, "image"),
                Text.labels(spec.map("selector")));
    }

    private static ListValue resourceQuota(MapValue quota, Instant now) {
        MapValue hard = quota.map("status").map("hard");
        MapValue used = quota.map("status").map("used");
        List<String> requests = new ArrayList<>();
        List<String> limits = new ArrayList<>();
        for (int i = 0; i < hard.size(); i++) {
            String name = hard.nameAt(i);
            (name.startsWith("limits.") ? limits : requests)
                    .add(name + ": " + quantity(used.get(name)) + "/" + quantity(hard.valueAt(i)));
        }
        return ListValue.of(
                Text.name(quota), String.join(", ", requests), String.join(", ", limits), Text.age(quota, now));
    }

    private static ListValue service(MapValue service, Instant now) {
        MapValue spec = service.map("spec");
        List<String> ports = new ArrayList<>();
        for (int i = 0; i < spec.list("ports").size(); i++) {
            MapValue port = spec.list("ports").map(i);
            long nodePort = port.integer("nodePort", 0);
            ports.add(port.integer("port", 0) + (nodePort > 0 ? ":" + nodePort : "") + "/" + port.string("protocol"));
        }
        ListValue ips = spec.list("clusterIPs");
        return ListValue.of(
                Text.name(service),
                spec.string("type"),
                ips.isEmpty() ? Text.NONE : String.valueOf(ips.get(0)),
                externalAddress(service),
                Text.or(Text.join(ports), Text.NONE),
                Text.age(service, now),
                Text.labels(spec.map("selector")));
    }

    private static String externalAddress(MapValue service) {
        MapValue spec = service.map("spec");
        List<String> external = Text.strings(spec.list("externalIPs"));
        return switch (spec.string("type")) {
            case "ClusterIP", "NodePort" -> Text.or(Text.join(external), Text.NONE);
            case "LoadBalancer" -> {
                List<String> all = new ArrayList<>(
                        balancers(service.map("status").map("loadBalancer").list("ingress")));
                all.addAll(external);
                yield Text.or(Text.join(all), "<pending>");
            }
            case "ExternalName" -> spec.string("externalName");
            default -> Text.UNKNOWN;
        };
    }

    /** The addresses of load balancers, in order and each once. */
    static TreeSet<String> balancers(ListValue ingress) {
        TreeSet<String> addresses = new TreeSet<>();
        for (int i = 0; i < ingress.size(); i++) {
            String address = Text.or(ingress.map(i).string("ip"), ingress.map(i).string("hostname"));
            if (!address.isEmpty()) {
                addresses.add(address);
            }
        }
        return addresses;
    }
}
