package dev.proa.delivery.entry;

import dev.proa.client.ObjectKey;
import dev.proa.delivery.entry.Version.Endpoint;
import dev.proa.delivery.traffic.Split;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Where the requests of a Service that the proxy enters go: rules by host and path, and in each the versions by weight.
 *
 * @param key of the Service
 * @param rules in the order in which they are asked: an exact host before a wildcard before none, then the longer path first
 * @param versions by the names of their Services
 */
record EntryService(ObjectKey key, List<Rule> rules, Map<String, Version> versions) {
    /**
     * Who gets which requests.
     *
     * @param host a host, or {@code *.} and a domain, or empty for any
     * @param path a prefix of whole segments, or empty
     * @param sticky the name of the cookie that keeps clients at their version; empty for none
     * @param preview the Service of a version that gets a copy of each GET and HEAD while it is another than the first; empty for none
     */
    record Rule(
            String host,
            String path,
            String sticky,
            String preview,
            Split split,
            List<Route> headers,
            List<Copy> mirrors) {
        Rule(String host, String path, String sticky, Split split) {
            this(host, path, sticky, "", split);
        }

        Rule(String host, String path, String sticky, String preview, Split split) {
            this(
                    host,
                    path,
                    sticky,
                    preview,
                    split,
                    split.headerRoutes().stream()
                            .map(each -> new Route(RequestMatch.headers(each.match()), each.service()))
                            .toList(),
                    split.mirrorRoutes().stream()
                            .map(each -> new Copy(RequestMatch.mirror(each.match()), each.service(), each.percentage()))
                            .toList());
        }

        boolean takes(RequestHead request) {
            boolean hostFits = host.isEmpty()
                    || host.equals(request.host())
                    || host.startsWith("*.") && request.host().endsWith(host.substring(1));
            String prefix = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
            return hostFits
                    && (prefix.isEmpty()
                            || request.path().equals(prefix)
                            || request.path().startsWith(prefix + "/"));
        }

        private int rank() {
            return host.isEmpty() ? 2 : host.startsWith("*") ? 1 : 0;
        }
    }

    /** Requests for one Service. */
    record Route(Predicate<RequestHead> requests, String service) {}

    /** Requests of which a Service gets a copy, this percentage of them. */
    record Copy(Predicate<RequestHead> requests, String service, int percentage) {}

    /**
     * Where a request goes.
     *
     * @param tries where to send it, in this order, until one takes the connection; empty when nobody is there
     * @param cookie the name of the cookie that is to be set to the version's name; empty for none
     * @param mirror who gets a copy; null for nobody
     */
    record Choice(List<Try> tries, String cookie, @Nullable Try mirror) {
        static final Choice NONE = new Choice(List.of(), "", null);
    }

    /** A pod of a version. */
    record Try(Version version, Endpoint endpoint) {}

    private static final int MOST_TRIES = 3;

    EntryService {
        rules = rules.stream()
                .sorted(Comparator.comparingInt(Rule::rank)
                        .thenComparing(rule -> -rule.host().length())
                        .thenComparing(rule -> -rule.path().length()))
                .toList();
        versions = Map.copyOf(versions);
    }

    /** Chooses where a request goes. A version without pods gives its share to the others that have a weight. */
    Choice choose(RequestHead request, RandomGenerator random) {
        for (Rule rule : rules) {
            if (rule.takes(request)) {
                return choose(rule, request, random);
            }
        }
        return Choice.NONE;
    }

    private Choice choose(Rule rule, RequestHead request, RandomGenerator random) {
        Try mirror = mirror(rule, request, random);
        for (Route route : rule.headers) {
            if (route.requests.test(request)) {
                Version version = versions.get(route.service);
                if (version != null && !version.endpoints().isEmpty()) {
                    return new Choice(tries(List.of(version), random), "", mirror);
                }
                break; // nobody is there: as if there was no such route
            }
        }
        List<Version> order = order(rule, request, random);
        boolean chosen = !order.isEmpty()
                && !rule.sticky.isEmpty()
                && !order.getFirst().name().equals(request.cookie(rule.sticky));
        return new Choice(tries(order, random), chosen ? rule.sticky : "", mirror);
    }

    /** The versions that may answer, the one that should first. */
    private List<Version> order(Rule rule, RequestHead request, RandomGenerator random) {
        List<Version> open = new ArrayList<>();
        List<Integer> weights = new ArrayList<>();
        for (Split.Backend backend : rule.split.backends()) {
            Version version = versions.get(backend.service());
            if (backend.weight() > 0 && version != null && !version.endpoints().isEmpty()) {
                open.add(version);
                weights.add(backend.weight());
            }
        }
        List<Version> order = new ArrayList<>();
        String wanted = rule.sticky.isEmpty() ? "" : request.cookie(rule.sticky);
        while (!open.isEmpty()) {
            int at = order.isEmpty() && !wanted.isEmpty() ? named(open, wanted) : -1;
            at = at < 0 ? draw(weights, random) : at;
            order.add(open.remove(at));
            weights.remove(at);
        }
        return order;
    }

    private static int named(List<Version> versions, String name) {
        for (int i = 0; i < versions.size(); i++) {
            if (versions.get(i).name().equals(name)) {
                return i;
            }
        }
        return -1;
    }

    private static int draw(List<Integer> weights, RandomGenerator random) {
        int left = weights.size() == 1
                ? 0
                : random.nextInt(weights.stream().mapToInt(Integer::intValue).sum());
        int at = 0;
        while (left >= weights.get(at)) {
            left -= weights.get(at++);
        }
        return at;
    }

    /** Two pods of the first version if it has two, then one of each other. */
    private static List<Try> tries(List<Version> order, RandomGenerator random) {
        List<Try> tries = new ArrayList<>();
        for (Version version : order) {
            List<Endpoint> endpoints = version.endpoints();
            int first = random.nextInt(endpoints.size());
            tries.add(new Try(version, endpoints.get(first)));
            if (tries.size() == 1 && endpoints.size() > 1) {
                tries.add(new Try(version, endpoints.get((first + 1) % endpoints.size())));
            }
        }
        if (tries.size() == 1) {
            tries.add(tries.getFirst()); // the same pod again: a connection may break although the pod is well
        }
        return tries.subList(0, Math.min(MOST_TRIES, tries.size()));
    }

    private @Nullable Try mirror(Rule rule, RequestHead request, RandomGenerator random) {
        for (Copy copy : rule.mirrors) {
            if (copy.requests.test(request)) {
                Version version = versions.get(copy.service);
                boolean drawn = copy.percentage >= 100 || random.nextInt(100) < copy.percentage;
                return drawn && version != null && !version.endpoints().isEmpty()
                        ? new Try(
                                version,
                                version.endpoints()
                                        .get(random.nextInt(version.endpoints().size())))
                        : null;
            }
        }
        return preview(rule, request, random);
    }

    /** Requests that change nothing, to the version that is about to take over: so it is judged before anybody depends on it. */
    private @Nullable Try preview(Rule rule, RequestHead request, RandomGenerator random) {
        Version next = versions.get(rule.preview);
        List<Split.Backend> backends = rule.split.backends();
        Version now =
                backends.isEmpty() ? null : versions.get(backends.getFirst().service());
        boolean safe = request.method().equals("GET") || request.method().equals("HEAD");
        return safe
                        && next != null
                        && now != null
                        && !next.name().equals(now.name())
                        && !next.endpoints().isEmpty()
                ? new Try(
                        next,
                        next.endpoints().get(random.nextInt(next.endpoints().size())))
                : null;
    }
}
