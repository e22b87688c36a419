package dev.proa.server.apiserver;

import dev.proa.api.codec.GoText;
import dev.proa.api.status.FieldError;
import dev.proa.api.status.StatusException;
import dev.proa.server.auth.AuthorizationAttributes;
import dev.proa.server.auth.Authorizer;
import dev.proa.server.auth.UserInfo;
import dev.proa.server.validation.Errors;
import dev.proa.server.validation.Formats;
import dev.proa.server.validation.Path;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Lets a user act as another one: by the verb {@code impersonate}, which allows everything in the other's name, or constrained to some requests, by {@code
 * impersonate:MODE} for the identity together with {@code impersonate-on:MODE:VERB} for the request (KEP-5284). The mode that let a user in
 * last is tried first.
 */
final class Impersonator {
    private static final String AUTHENTICATION = "authentication.k8s.io";
    private static final String LEGACY = "impersonate";
    private static final String NODE = "system:node:";
    private static final String ACCOUNT = "system:serviceaccount:";
    private static final String NODE_NAME = "authentication.kubernetes.io/node-name";
    /** From so many groups or facts on, the right to all of them is asked for first. */
    private static final int MANY = 4;

    private static final int REMEMBERED = 10_000;
    private static final int BUCKETS = 15;

    private static final List<Mode> MODES = List.of(
            new Mode("associated-node", Impersonator::isOwnNode),
            new Mode("arbitrary-node", (wanted, who) -> isNameAlone(wanted) && node(wanted.name()) != null),
            new Mode("serviceaccount", (wanted, who) -> isNameAlone(wanted) && account(wanted.name()) != null),
            new Mode("user-info", (wanted, who) -> node(wanted.name()) == null && account(wanted.name()) == null),
            new Mode("", (wanted, who) -> true));

    private final Authorizer authorizer;
    private final Counter attempts;
    private final Histogram durations;
    private final Counter checks;
    private final Histogram checkDurations;
    private final Map<String, Mode> lastModes = Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Mode> eldest) {
            return size() > REMEMBERED;
        }
    });

    /**
     * A way to be let in.
     *
     * @param name empty for the one without constraints
     * @param applies whether it is for the user who is wanted, by the one who asks
     */
    private record Mode(String name, BiPredicate<UserInfo, UserInfo> applies) {
        boolean isConstrained() {
            return !name.isEmpty();
        }

        String label() {
            return isConstrained() ? name : "legacy";
        }

        String verb() {
            return isConstrained() ? LEGACY + ":" + name : LEGACY;
        }
    }

    Impersonator(Authorizer authorizer, PrometheusRegistry registry) {
        this.authorizer = authorizer;
        double[] bounds = new double[BUCKETS];
        for (int i = 0; i < BUCKETS; i++) {
            bounds[i] = 0.001 * (1 << i);
        }
        attempts = counter(registry, "attempts_total", "Total number of impersonation attempts");
        durations = histogram(registry, "attempts_duration_seconds", "Latency of impersonation attempts", bounds);
        checks = counter(
                registry,
                "authorization_attempts_total",
                "Total number of authorization checks made by the impersonation handler");
        checkDurations = histogram(
                registry,
                "authorization_attempts_duration_seconds",
                "Latency of authorization checks made by the impersonation handler",
                bounds);
    }

    private static Counter counter(PrometheusRegistry registry, String name, String help) {
        return Counter.builder()
                .name("apiserver_impersonation_" + name)
                .help(help + " split by mode and decision.")
                .labelNames("mode", "decision")
                .register(registry);
    }

    private static Histogram histogram(PrometheusRegistry registry, String name, String help, double[] bounds) {
        return Histogram.builder()
                .name("apiserver_impersonation_" + name)
                .help(help + " in seconds split by mode and decision.")
                .labelNames("mode", "decision")
                .classicOnly()
                .classicUpperBounds(bounds)
                .register(registry);
    }

    /**
     * Whom a user acts as.
     *
     * @param wanted as the headers say
     * @param attributes what is requested, by the user who asks
     * @throws StatusException when the user may not be that one
     */
    Impersonated impersonate(UserInfo wanted, AuthorizationAttributes attributes) {
        long from = System.nanoTime();
        UserInfo who = attributes.user();
        StatusException refusal = null;
        Mode last = lastModes.get(who.name());
        List<Mode> order = new ArrayList<>(MODES);
        if (last != null) {
            order.remove(last);
            order.addFirst(last);
        }
        for (Mode mode : order) {
            if (!mode.applies().test(wanted, who)) {
                continue;
            }
            try {
                UserInfo user = admitted(mode, wanted, attributes);
                lastModes.put(who.name(), mode);
                count(mode.label(), "allowed", from);
                return new Impersonated(user, mode.isConstrained() ? mode.verb() : "");
            } catch (StatusException e) {
                refusal = refusal == null ? e : refusal;
            }
        }
        count("", "denied", from);
        throw refusal == null ? StatusException.internalError("all impersonation modes failed") : refusal;
    }

    private void count(String mode, String decision, long from) {
        attempts.labelValues(mode, decision).inc();
        durations.labelValues(mode, decision).observe((System.nanoTime() - from) / 1e9);
    }

    private UserInfo admitted(Mode mode, UserInfo wanted, AuthorizationAttributes attributes) {
        UserInfo who = asks(mode, attributes.user());
        if (mode.isConstrained()) {
            check(mode, on(mode, who, attributes));
        }
        List<String> groups = name(mode, who, wanted);
        if (!wanted.uid().isEmpty()) {
            check(mode, identity(mode, who, AUTHENTICATION, "uids", "", wanted.uid()));
        }
        groups(mode, who, wanted.groups());
        extra(mode, who, wanted.extra());
        List<String> all = new ArrayList<>(groups);
        if (wanted.name().equals(UserInfo.ANONYMOUS.name())) {
            add(all, UserInfo.UNAUTHENTICATED);
        } else if (!all.contains(UserInfo.UNAUTHENTICATED)) {
            add(all, UserInfo.AUTHENTICATED);
        }
        return new UserInfo(wanted.name(), wanted.uid(), all, wanted.extra());
    }

    private static void add(List<String> groups, String group) {
        if (!groups.contains(group)) {
            groups.add(group);
        }
    }

    /** A service account asks for its own node as one that is known to be there, whichever node it is. */
    private static UserInfo asks(Mode mode, UserInfo who) {
        return mode.name().equals("associated-node")
                ? who.with(Map.of(
                        "authentication.kubernetes.io/associated-node-keys",
                        List.copyOf(new TreeSet<>(who.extra().keySet()))))
                : who;
    }

    private static AuthorizationAttributes on(Mode mode, UserInfo who, AuthorizationAttributes request) {
        return new AuthorizationAttributes(
                who,
                "impersonate-on:" + mode.name() + ":" + request.verb(),
                request.group(),
                request.version(),
                request.resource(),
                request.subresource(),
                request.namespace(),
                request.name(),
                request.path(),
                request.fields());
    }

    /** Checks the right to the name; gives the groups that are asked for, or those that the name implies. */
    private List<String> name(Mode mode, UserInfo who, UserInfo wanted) {
        String group = mode.isConstrained() ? AUTHENTICATION : "";
        String[] account = account(wanted.name());
        if (account != null) {
            check(
                    mode,
                    new AuthorizationAttributes(
                            who, mode.verb(), group, "v1", "serviceaccounts", "", account[0], account[1], ""));
            return wanted.groups().isEmpty()
                    ? List.of("system:serviceaccounts", "system:serviceaccounts:" + account[0])
                    : wanted.groups();
        }
        String node = mode.isConstrained() ? node(wanted.name()) : null;
        if (node != null) {
            // Which node it is was looked at already.
            String name = mode.name().equals("associated-node") ? "*" : node;
            check(mode, identity(mode, who, group, "nodes", "", name));
            return List.of("system:nodes");
        }
        check(mode, identity(mode, who, group, "users", "", wanted.name()));
        return wanted.groups();
    }

    private void groups(Mode mode, UserInfo who, List<String> groups) {
        if (groups.isEmpty()) {
            return;
        }
        String api = mode.isConstrained() ? AUTHENTICATION : "";
        if (mode.isConstrained()) {
            if (groups.contains("")) {
                throw Forbidden.of(
                        identity(mode, who, api, "groups", "", ""),
                        "impersonating the empty string group is not allowed");
            }
            if (groups.contains(UserInfo.MASTERS)) {
                throw Forbidden.of(
                        identity(mode, who, api, "groups", "", UserInfo.MASTERS),
                        "impersonating the system:masters group is not allowed");
            }
            if (groups.size() >= MANY && isAllowed(mode, identity(mode, who, api, "groups", "", "*"))) {
                return;
            }
        }
        groups.forEach(group -> check(mode, identity(mode, who, api, "groups", "", group)));
    }

    private void extra(Mode mode, UserInfo who, Map<String, List<String>> extra) {
        if (extra.isEmpty()) {
            return;
        }
        if (mode.isConstrained()) {
            String problem = problem(extra);
            if (!problem.isEmpty()) {
                throw Forbidden.of(identity(mode, who, AUTHENTICATION, "userextras", "", ""), problem);
            }
            int values = extra.values().stream().mapToInt(List::size).sum();
            if (values >= MANY && isAllowed(mode, identity(mode, who, AUTHENTICATION, "userextras", "*", "*"))) {
                return;
            }
        }
        extra.forEach((key, values) ->
                values.forEach(value -> check(mode, identity(mode, who, AUTHENTICATION, "userextras", key, value))));
    }

    private static String problem(Map<String, List<String>> extra) {
        for (Map.Entry<String, List<String>> fact : extra.entrySet()) {
            String key = fact.getKey();
            if (key.isEmpty()) {
                return "impersonating the empty string key in extra is not allowed";
            }
            Errors errors = new Errors();
            Formats.domainPrefixedPath(Path.of("extra").child("key"), key, errors);
            if (!errors.isEmpty()) {
                return "impersonating an invalid key in extra is not allowed: "
                        + errors.toList().stream().map(Impersonator::text).collect(Collectors.joining(", "));
            }
            if (!key.equals(key.toLowerCase(Locale.ROOT))) {
                return "impersonating a non-lowercase key in extra is not allowed: " + GoText.quote(key);
            }
            if (fact.getValue().contains("")) {
                return "impersonating the empty string value in extra is not allowed";
            }
        }
        return "";
    }

    private static String text(FieldError error) {
        return error.field() + ": " + error.message();
    }

    private static AuthorizationAttributes identity(
            Mode mode, UserInfo who, String group, String resource, String subresource, String name) {
        return new AuthorizationAttributes(who, mode.verb(), group, "v1", resource, subresource, "", name, "");
    }

    private boolean isAllowed(Mode mode, AuthorizationAttributes attributes) {
        return decision(mode, attributes).allowed();
    }

    private void check(Mode mode, AuthorizationAttributes attributes) {
        Authorizer.Decision decision = decision(mode, attributes);
        if (!decision.allowed()) {
            throw Forbidden.of(attributes, decision.reason());
        }
    }

    private Authorizer.Decision decision(Mode mode, AuthorizationAttributes attributes) {
        long from = System.nanoTime();
        Authorizer.Decision decision = authorizer.authorize(attributes);
        String label = decision.allowed() ? "allowed" : "denied";
        checks.labelValues(mode.label(), label).inc();
        checkDurations.labelValues(mode.label(), label).observe((System.nanoTime() - from) / 1e9);
        return decision;
    }

    private static boolean isNameAlone(UserInfo wanted) {
        return wanted.uid().isEmpty()
                && wanted.groups().isEmpty()
                && wanted.extra().isEmpty();
    }

    private static boolean isOwnNode(UserInfo wanted, UserInfo who) {
        String node = node(wanted.name());
        return isNameAlone(wanted)
                && node != null
                && account(who.name()) != null
                && List.of(node).equals(who.extra().get(NODE_NAME));
    }

    /** The node that a user name means; null when it is that of no node. */
    private static @Nullable String node(String user) {
        String name = user.startsWith(NODE) ? user.substring(NODE.length()) : "";
        return !name.isEmpty() && Formats.dnsSubdomain(name).isEmpty() ? name : null;
    }

    /** Namespace and name of the service account that a user name means; null when it is that of none. */
    private static String @Nullable [] account(String user) {
        if (!user.startsWith(ACCOUNT)) {
            return null;
        }
        String[] parts = user.substring(ACCOUNT.length()).split(":", -1);
        return parts.length == 2
                        && Formats.dnsLabel(parts[0]).isEmpty()
                        && Formats.dnsSubdomain(parts[1]).isEmpty()
                ? parts
                : null;
    }
}
