package dev.proa.delivery.traffic;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.delivery.argo.RouteMatch;
import dev.proa.delivery.argo.SetHeaderRoute;
import dev.proa.delivery.argo.SetMirrorRoute;
import dev.proa.delivery.argo.StringMatch;
import dev.proa.delivery.traffic.TrafficRouterFactory.Services;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The rules of an HTTPRoute: those of the user, and before them those that were added for the managed routes of a Rollout. Which are added is
 * told by how they were written; a rule that somebody has changed since counts as the user's.
 *
 * @param own the user's rules
 * @param added the rules of a managed route, in order of precedence
 * @param experiments the Services that were added as backends because an experiment gave them a weight
 */
record HttpRules(ListValue own, List<Added> added, List<String> experiments) {
    /** The key of {@link #experiments} among the managed routes; no route has it as its name. */
    private static final String EXPERIMENTS = "";

    /** The rules of one managed route. */
    record Added(String name, ListValue rules) {}

    HttpRules {
        added = List.copyOf(added);
        experiments = List.copyOf(experiments);
    }

    /** @param managed the rules that were added, by the names of their routes, as {@link #managed} tells them */
    static HttpRules read(ListValue all, MapValue managed) {
        List<MapValue> own = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            own.add(all.map(i));
        }
        List<Added> added = new ArrayList<>();
        for (var route : managed.without(EXPERIMENTS)) {
            ListValue written = managed.list(route.getKey());
            List<MapValue> found = new ArrayList<>();
            for (int i = 0; i < written.size(); i++) {
                MapValue rule = written.map(i);
                own.stream().filter(each -> covers(each, rule)).findFirst().ifPresent(each -> {
                    own.remove(each);
                    found.add(each);
                });
            }
            if (!found.isEmpty()) {
                added.add(new Added(route.getKey(), ListValue.copyOf(found)));
            }
        }
        return new HttpRules(
                ListValue.copyOf(own),
                added,
                managed.list(EXPERIMENTS).stream().map(String::valueOf).toList());
    }

    /** Whether a value has all that was written; a server adds defaults. */
    private static boolean covers(@Nullable Object live, @Nullable Object written) {
        if (written instanceof MapValue fields && live instanceof MapValue map) {
            for (var field : fields) {
                if (!covers(map.get(field.getKey()), field.getValue())) {
                    return false;
                }
            }
            return true;
        }
        if (written instanceof ListValue items && live instanceof ListValue list) {
            for (int i = 0; i < items.size(); i++) {
                if (i >= list.size() || !covers(list.get(i), items.get(i))) {
                    return false;
                }
            }
            return items.size() == list.size();
        }
        return written instanceof Number first && live instanceof Number second
                ? first.longValue() == second.longValue()
                : written != null && written.equals(live);
    }

    /** All rules, those of managed routes first: of rules that match equally well, the first counts. */
    ListValue all() {
        List<@Nullable Object> all = new ArrayList<>();
        added.forEach(each -> all.addAll(each.rules));
        all.addAll(own);
        return ListValue.copyOf(all);
    }

    /** The added rules by the names of their routes. */
    MapValue managed() {
        MapValue managed = MapValue.EMPTY;
        for (Added each : added) {
            managed = managed.with(each.name, each.rules);
        }
        return experiments.isEmpty() ? managed : managed.with(EXPERIMENTS, ListValue.copyOf(experiments));
    }

    /** Whether a rule has both Services as backends. */
    boolean splits(Services services) {
        return own.stream().anyMatch(rule -> rule instanceof MapValue map && splits(map, services));
    }

    private static boolean splits(MapValue rule, Services services) {
        return backend(rule, services.stable()) != null && backend(rule, services.canary()) != null;
    }

    private static @Nullable MapValue backend(MapValue rule, String service) {
        ListValue backends = rule.list("backendRefs");
        for (int i = 0; i < backends.size(); i++) {
            if (backends.map(i).string("name").equals(service)) {
                return backends.map(i);
            }
        }
        return null;
    }

    /**
     * With these weights in each rule that has one of the Services, except in rules of header routes, which have the canary alone. A Service that a rule
     * lacks is added; one of an experiment that has ended is taken away.
     *
     * @param shares weights by Service; the canary first and the stable one last
     */
    HttpRules weighted(Map<String, Integer> shares) {
        List<String> names = List.copyOf(shares.keySet());
        Services services = new Services(names.getFirst(), names.getLast());
        UnaryOperator<ListValue> weigh = rules -> ListValue.copyOf(rules.stream()
                .map(rule -> rule instanceof MapValue map && splits(map, services) ? weighted(map, shares) : rule)
                .toList());
        List<String> more = names.subList(1, names.size() - 1);
        return new HttpRules(
                weigh.apply(own),
                added.stream()
                        .map(each -> new Added(each.name, weigh.apply(each.rules)))
                        .toList(),
                more);
    }

    private MapValue weighted(MapValue rule, Map<String, Integer> shares) {
        List<String> names = List.copyOf(shares.keySet());
        MapValue stable = backend(rule, names.getLast());
        if (stable == null) {
            return rule;
        }
        List<MapValue> backends = new ArrayList<>();
        ListValue before = rule.list("backendRefs");
        for (int i = 0; i < before.size(); i++) {
            MapValue backend = before.map(i);
            Integer share = shares.get(backend.string("name"));
            if (share != null) {
                backends.add(backend.with("weight", (long) share));
            } else if (!experiments.contains(backend.string("name"))) {
                backends.add(backend);
            }
        }
        for (String name : names) {
            if (backend(rule, name) == null) {
                backends.add(stable.with("name", name).with("weight", (long) shares.getOrDefault(name, 0)));
            }
        }
        return rule.with("backendRefs", ListValue.copyOf(backends));
    }

    /** With a rule before each split one, which sends what has the headers to the canary. */
    HttpRules with(SetHeaderRoute route, Services services, List<String> managed) {
        ListValue headers = ListValue.copyOf(route.match().stream()
                .map(match -> header(match.headerName(), match.headerValue()))
                .toList());
        return with(route.name(), services, managed, rule -> {
            MapValue canary = backend(rule, services.canary());
            List<MapValue> matches = new ArrayList<>();
            for (MapValue match : matches(rule)) {
                List<@Nullable Object> all = new ArrayList<>(match.list("headers"));
                all.addAll(headers);
                matches.add(match.with("headers", ListValue.copyOf(all)));
            }
            return rule.without("name")
                    .with("matches", ListValue.copyOf(matches))
                    .with("backendRefs", ListValue.of(canary == null ? null : canary.with("weight", 1L)));
        });
    }

    /** With a rule before each split one, which has requests copied to the canary. */
    HttpRules with(SetMirrorRoute route, Services services, List<String> managed) {
        return with(route.name(), services, managed, rule -> {
            MapValue canary = backend(rule, services.canary());
            List<MapValue> matches = new ArrayList<>();
            for (MapValue match : matches(rule)) {
                route.match().forEach(wanted -> matches.add(joined(match, wanted)));
            }
            MapValue mirror = MapValue.of(
                    "backendRef", canary == null ? MapValue.EMPTY : canary.without("weight"), "percent", (long)
                            route.percentage());
            return rule.without("name")
                    .with("matches", ListValue.copyOf(matches))
                    .with(
                            "filters",
                            rule.list("filters").plus(MapValue.of("type", "RequestMirror", "requestMirror", mirror)));
        });
    }

    private HttpRules with(String name, Services services, List<String> managed, UnaryOperator<MapValue> derived) {
        List<MapValue> rules = new ArrayList<>();
        for (Object rule : own) {
            if (rule instanceof MapValue map && splits(map, services)) {
                rules.add(derived.apply(map));
            }
        }
        Added made = new Added(name, ListValue.copyOf(rules));
        List<Added> all = new ArrayList<>(without(name).added);
        all.add(made);
        all.sort(Comparator.comparingInt(
                each -> managed.contains(each.name) ? managed.indexOf(each.name) : managed.size()));
        return new HttpRules(own, all, experiments);
    }

    /** Without the rules of a managed route. */
    HttpRules without(String name) {
        return new HttpRules(
                own, added.stream().filter(each -> !each.name.equals(name)).toList(), experiments);
    }

    private static List<MapValue> matches(MapValue rule) {
        List<MapValue> matches = new ArrayList<>();
        for (int i = 0; i < rule.list("matches").size(); i++) {
            matches.add(rule.list("matches").map(i));
        }
        return matches.isEmpty() ? List.of(MapValue.EMPTY) : matches;
    }

    /** What fits both: the request's own match wins over the rule's. */
    private static MapValue joined(MapValue match, RouteMatch wanted) {
        MapValue joined = match;
        StringMatch method = wanted.method();
        if (method != null) {
            if (method.exact().isEmpty()) {
                throw new TrafficException("a method of a mirror route must be exact: HTTPRoutes know no others");
            }
            joined = joined.with("method", method.exact());
        }
        StringMatch path = wanted.path();
        if (path != null) {
            joined = joined.with(
                    "path",
                    !path.exact().isEmpty()
                            ? MapValue.of("type", "Exact", "value", path.exact())
                            : !path.prefix().isEmpty()
                                    ? MapValue.of("type", "PathPrefix", "value", path.prefix())
                                    : MapValue.of("type", "RegularExpression", "value", path.regex()));
        }
        List<@Nullable Object> headers = new ArrayList<>(joined.list("headers"));
        wanted.headers().forEach((name, value) -> headers.add(header(name, value)));
        return headers.isEmpty() ? joined : joined.with("headers", ListValue.copyOf(headers));
    }

    private static MapValue header(String name, StringMatch value) {
        return !value.exact().isEmpty()
                ? MapValue.of("type", "Exact", "name", name, "value", value.exact())
                : MapValue.of(
                        "type",
                        "RegularExpression",
                        "name",
                        name,
                        "value",
                        value.regex().isEmpty() ? Pattern.quote(value.prefix()) + ".*" : value.regex());
    }
}
