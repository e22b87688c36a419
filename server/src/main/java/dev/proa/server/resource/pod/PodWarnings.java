package dev.proa.server.resource.pod;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Quantity;
import dev.proa.server.validation.Values;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Warns about fields of a pod spec that are allowed but probably a mistake. */
public final class PodWarnings {
    private static final String[] CONTAINERS = {"initContainers", "containers", "ephemeralContainers"};

    private final MapValue spec;
    private final String path;
    private final List<String> warnings = new ArrayList<>(0);

    private PodWarnings(MapValue spec, String path) {
        this.spec = spec;
        this.path = path;
    }

    /** @param path of the spec */
    static List<String> of(MapValue spec, String path) {
        PodWarnings found = new PodWarnings(spec, path);
        found.find();
        return found.warnings;
    }

    /** The warnings about an object with a pod template. */
    public static List<String> ofTemplate(MapValue object) {
        return of(object.map("spec").map("template").map("spec"), "spec.template.spec");
    }

    private void find() {
        spreading();
        volumes();
        duplicates("hostAliases", "ip");
        duplicates("imagePullSecrets", "name");
        ListValue secrets = spec.list("imagePullSecrets");
        for (int i = 0; i < secrets.size(); i++) {
            if (secrets.map(i).string("name").isEmpty()) {
                warnings.add(path + ".imagePullSecrets[" + i + "].name: invalid empty name \"\"");
            }
        }
        for (String list : CONTAINERS) {
            ListValue containers = spec.list(list);
            for (int i = 0; i < containers.size(); i++) {
                String at = path + "." + list + "[" + i + "]";
                fractions(containers.map(i).map("resources"), at + ".resources");
                duplicateEnv(containers.map(i).list("env"), at + ".env");
            }
        }
        ports();
        if (spec.get("terminationGracePeriodSeconds") instanceof Long seconds && seconds < 0) {
            warnings.add(path + ".terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be"
                    + " treated as 1");
        }
    }

    private void spreading() {
        ListValue constraints = spec.list("topologySpreadConstraints");
        for (int i = 0; i < constraints.size(); i++) {
            if (constraints.map(i).get("labelSelector") == null) {
                warnings.add(path + ".topologySpreadConstraints[" + i
                        + "].labelSelector: a null labelSelector results in matching no pod");
            }
        }
    }

    private void volumes() {
        ListValue volumes = spec.list("volumes");
        for (int i = 0; i < volumes.size(); i++) {
            if (volumes.map(i).get("gitRepo") instanceof MapValue) {
                warnings.add(
                        path + ".volumes[" + i + "].gitRepo: deprecated in v1.11, and disabled by default in v1.33+");
            }
        }
        for (int i = 0; i < volumes.size(); i++) {
            MapValue volume = volumes.map(i);
            if (volume.get("projected") instanceof MapValue projected
                    && projected.list("sources").contains(MapValue.EMPTY)) {
                warnings.add("volume \"" + volume.string("name") + "\" (Projected) has no sources provided");
            }
        }
    }

    private void duplicates(String list, String field) {
        ListValue items = spec.list(list);
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < items.size(); i++) {
            String value = items.map(i).string(field);
            if (!seen.add(value)) {
                warnings.add(
                        path + "." + list + "[" + i + "]." + field + ": duplicate " + field + " \"" + value + "\"");
            }
        }
    }

    private void fractions(MapValue resources, String at) {
        for (String resource : new String[] {"memory", "ephemeral-storage"}) {
            for (String list : new String[] {"limits", "requests"}) {
                Quantity quantity = Values.quantity(resources.map(list).get(resource));
                if (quantity != null && quantity.amount().stripTrailingZeros().scale() > 0) {
                    warnings.add(at + "." + list + "[" + resource + "]: fractional byte value \"" + quantity
                            + "\" is invalid, must be an integer");
                }
            }
        }
    }

    /** Warns about duplicate variables, unless the later value refers to the earlier. */
    private void duplicateEnv(ListValue env, String at) {
        Set<String> names = new HashSet<>();
        for (int i = 0; i < env.size(); i++) {
            MapValue variable = env.map(i);
            String name = variable.string("name");
            if (names.add(name)) {
                continue;
            }
            String old = "$(" + name + ")";
            String value = variable.string("value");
            if (variable.get("valueFrom") != null || value.equals(old) || !value.contains(old)) {
                warnings.add(at + "[" + i + "]: hides previous definition of \"" + name
                        + "\", which may be dropped when using apply");
            }
        }
    }

    private record Port(String place, MapValue value) {}

    private void ports() {
        List<Port> all = new ArrayList<>(0);
        for (String list : CONTAINERS) {
            ListValue containers = spec.list(list);
            for (int c = 0; c < containers.size(); c++) {
                ListValue ports = containers.map(c).list("ports");
                for (int i = 0; i < ports.size(); i++) {
                    all.add(new Port(path + "." + list + "[" + c + "].ports[" + i + "]", ports.map(i)));
                }
            }
        }
        for (int i = 0; i < all.size(); i++) {
            Port port = all.get(i);
            String hostIp = port.value.string("hostIP");
            if (!hostIp.isEmpty() && port.value.integer("hostPort", 0) == 0) {
                warnings.add(port.place + ": hostIP set without hostPort: {Name:" + port.value.string("name")
                        + " HostPort:0 ContainerPort:" + port.value.integer("containerPort", 0) + " Protocol:"
                        + port.value.string("protocol") + " HostIP:" + hostIp + "}");
            }
            for (int j = 0; j < i; j++) {
                conflict(port, all.get(j));
            }
        }
        Map<String, String> names = new HashMap<>();
        for (Port port : all) {
            String name = port.value.string("name");
            String other = name.isEmpty() ? null : names.putIfAbsent(name, port.place);
            if (other != null) {
                warnings.add(port.place + ": duplicate port name \"" + name + "\" with " + other
                        + ", services and probes that select ports by name will use " + other);
            }
        }
    }

    private void conflict(Port port, Port other) {
        if (port.value.integer("containerPort", 0) != other.value.integer("containerPort", 0)
                || !port.value.string("protocol").equals(other.value.string("protocol"))) {
            return;
        }
        long hostPort = port.value.integer("hostPort", 0);
        long otherHostPort = other.value.integer("hostPort", 0);
        boolean sameAddress = port.value.string("hostIP").equals(other.value.string("hostIP"));
        boolean anyAddress = port.value.string("hostIP").isEmpty()
                || other.value.string("hostIP").isEmpty();
        if (sameAddress && hostPort == otherHostPort) {
            warnings.add(port.place + ": duplicate port definition with " + other.place);
        } else if (hostPort == 0 || otherHostPort == 0) {
            warnings.add(port.place + ": overlapping port definition with " + other.place);
        } else if (hostPort == otherHostPort && anyAddress) {
            warnings.add(port.place + ": dangerously ambiguous port definition with " + other.place);
        }
    }
}
