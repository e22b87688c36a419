package dev.proa.delivery.traffic;

import dev.proa.api.codec.Json;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * How the requests of one application are split between the Services of its versions, as the entry proxy is told. It is kept as JSON
 * in the annotation {@value #ANNOTATION} of the Service that is entered, under the name of the stable Service, and so outlives all processes:
 *
 * <pre>
 * {"hello-stable": {
 *    "backends": [{"service": "hello-canary", "weight": 20}, {"service": "hello-stable", "weight": 80}],
 *    "headerRoutes": [{"name": "testers", "service": "hello-canary", "match": [{"headerName": "x-tester", "headerValue": {"exact": "yes"}}]}],
 *    "mirrorRoutes": [{"name": "shadow", "service": "hello-canary", "percentage": 35, "match": [{"method": {"exact": "GET"}}]}]}}
 * </pre>
 *
 * {@code match} has the form of the steps {@code setHeaderRoute} and {@code setMirrorRoute} of a Rollout.
 *
 * @param backends the Services with their weights; the rest of 100 belongs to none
 * @param headerRoutes requests that a Service gets whatever the weights are; the first that matches counts
 * @param mirrorRoutes requests of which a Service gets a copy; the first that matches counts
 */
public record Split(List<Backend> backends, List<HeaderRoute> headerRoutes, List<MirrorRoute> mirrorRoutes) {
    /** The annotation that has the splits of a Service. */
    public static final String ANNOTATION = "proa.dev/entry-split";

    /** A Service and its weight, from 0 to 100. */
    public record Backend(String service, int weight) {}

    /** Requests with certain headers, of which all of {@code match} must hold. */
    public record HeaderRoute(String name, String service, ListValue match) {}

    /** Requests of which a copy is made: any of {@code match} must hold; when there is none, every request is meant. */
    public record MirrorRoute(String name, String service, int percentage, ListValue match) {}

    public Split {
        backends = List.copyOf(backends);
        headerRoutes = List.copyOf(headerRoutes);
        mirrorRoutes = List.copyOf(mirrorRoutes);
    }

    /** Everything to one Service. */
    public static Split all(String service) {
        return new Split(List.of(new Backend(service, 100)), List.of(), List.of());
    }

    /**
     * Reads the split of a stable Service.
     *
     * @param annotation the value of {@link #ANNOTATION}; empty when there is none
     * @return {@link #all} when the annotation says nothing of it
     * @throws dev.proa.api.codec.DecodeException when the annotation is no JSON object
     */
    public static Split read(String annotation, String stableService) {
        MapValue value = document(annotation).map(stableService);
        if (value.isEmpty()) {
            return all(stableService);
        }
        List<Backend> backends = new ArrayList<>();
        for (MapValue each : maps(value.list("backends"))) {
            backends.add(new Backend(each.string("service"), (int) each.integer("weight", 0)));
        }
        List<HeaderRoute> headers = new ArrayList<>();
        for (MapValue each : maps(value.list("headerRoutes"))) {
            headers.add(new HeaderRoute(each.string("name"), each.string("service"), each.list("match")));
        }
        List<MirrorRoute> mirrors = new ArrayList<>();
        for (MapValue each : maps(value.list("mirrorRoutes"))) {
            mirrors.add(new MirrorRoute(
                    each.string("name"),
                    each.string("service"),
                    (int) each.integer("percentage", 100),
                    each.list("match")));
        }
        return new Split(backends, headers, mirrors);
    }

    /** The annotation with this split for a stable Service, and the splits of others as they were. */
    public String write(String annotation, String stableService) {
        return Json.toString(document(annotation).with(stableService, value()));
    }

    /** The annotation without the split of a stable Service; empty when no other is left. */
    public static String remove(String annotation, String stableService) {
        MapValue rest = document(annotation).without(stableService);
        return rest.isEmpty() ? "" : Json.toString(rest);
    }

    private static MapValue document(String annotation) {
        return annotation.isEmpty() ? MapValue.EMPTY : Json.decodeMap(annotation);
    }

    private MapValue value() {
        return MapValue.of(
                "backends",
                ListValue.copyOf(backends.stream()
                        .map(each -> MapValue.of("service", each.service, "weight", (long) each.weight))
                        .toList()),
                "headerRoutes",
                ListValue.copyOf(headerRoutes.stream()
                        .map(each -> MapValue.of("name", each.name, "service", each.service, "match", each.match))
                        .toList()),
                "mirrorRoutes",
                ListValue.copyOf(mirrorRoutes.stream()
                        .map(each -> MapValue.of(
                                "name",
                                each.name,
                                "service",
                                each.service,
                                "percentage",
                                (long) each.percentage,
                                "match",
                                each.match))
                        .toList()));
    }

    /** This split with other weights. */
    public Split withBackends(List<Backend> weights) {
        return new Split(weights, headerRoutes, mirrorRoutes);
    }

    /** This split with a header route, in place of one with its name; routes are in the order of {@code managed} names. */
    public Split with(HeaderRoute route, List<String> managed) {
        return new Split(
                backends,
                ordered(headerRoutes, route, each -> each.name.equals(route.name), HeaderRoute::name, managed),
                mirrorRoutes);
    }

    /** This split with a mirror route, as {@link #with(HeaderRoute, List)}. */
    public Split with(MirrorRoute route, List<String> managed) {
        return new Split(
                backends,
                headerRoutes,
                ordered(mirrorRoutes, route, each -> each.name.equals(route.name), MirrorRoute::name, managed));
    }

    /** This split without the header and mirror route of a name. */
    public Split without(String route) {
        return new Split(
                backends,
                headerRoutes.stream().filter(each -> !each.name.equals(route)).toList(),
                mirrorRoutes.stream().filter(each -> !each.name.equals(route)).toList());
    }

    private static <T> List<T> ordered(
            List<T> routes, T route, Predicate<T> same, Function<T, String> name, List<String> managed) {
        List<T> all = new ArrayList<>(routes);
        all.removeIf(same);
        all.add(route);
        all.sort(Comparator.comparingInt(each -> {
            int at = managed.indexOf(name.apply(each));
            return at < 0 ? managed.size() : at;
        }));
        return all;
    }

    private static List<MapValue> maps(ListValue list) {
        List<MapValue> maps = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            maps.add(list.map(i));
        }
        return maps;
    }
}
