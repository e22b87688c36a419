package dev.proa.server.podsecurity;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;

/** A pod, or what a pod is made from, as the checks look at it. */
record Subject(MapValue metadata, MapValue spec) {

    /** All containers, in the order in which messages name them. */
    List<MapValue> containers() {
        List<MapValue> all = new ArrayList<>();
        for (String list : new String[] {"initContainers", "containers", "ephemeralContainers"}) {
            all.addAll(maps(spec.list(list)));
        }
        return all;
    }

    /** The names of containers whose security context is bad. */
    List<String> containersWith(Predicate<MapValue> bad) {
        return containers().stream()
                .filter(container -> bad.test(container.map("securityContext")))
                .map(container -> container.string("name"))
                .toList();
    }

    /** The name of its RuntimeClass; empty when it has none. */
    String runtimeClass() {
        return spec.string("runtimeClassName");
    }

    /** The uid of the object that manages it; empty when there is none. */
    String controller() {
        return maps(metadata.list("ownerReferences")).stream()
                .filter(owner -> owner.bool("controller"))
                .map(owner -> owner.string("uid"))
                .findFirst()
                .orElse("");
    }

    MapValue context() {
        return spec.map("securityContext");
    }

    boolean isForWindows() {
        return spec.map("os").string("name").equals("windows");
    }

    boolean hasOwnUsers() {
        return Boolean.FALSE.equals(spec.get("hostUsers"));
    }

    static List<MapValue> maps(ListValue list) {
        List<MapValue> maps = new ArrayList<>(list.size());
        for (int i = 0; i < list.size(); i++) {
            maps.add(list.map(i));
        }
        return maps;
    }

    /** Who set something bad: {@code pod and container "a"}; empty when nobody did. */
    static String setters(boolean pod, List<String> containers) {
        List<String> setters = new ArrayList<>(2);
        if (pod) {
            setters.add("pod");
        }
        if (!containers.isEmpty()) {
            setters.add(named("container", containers));
        }
        return String.join(" and ", setters);
    }

    /** {@code container "a"}, or {@code containers "a", "b"}. */
    static String named(String noun, Collection<String> names) {
        return plural(noun, names) + " " + quoted(names);
    }

    static String quoted(Collection<String> names) {
        return "\"" + String.join("\", \"", names) + "\"";
    }

    static String plural(String noun, Collection<?> of) {
        return of.size() == 1 ? noun : noun + "s";
    }
}
