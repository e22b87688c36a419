package dev.proa.server.authorization.configuration;

import dev.proa.server.auth.AuthorizationAttributes;
import dev.proa.server.auth.Authorizer;
import dev.proa.server.authorization.Authorization;
import dev.proa.server.authorization.NodeAuthorizer;
import dev.proa.server.authorization.PathAuthorizer;
import dev.proa.server.authorization.RuleResolver;
import dev.proa.server.authorization.SuperuserAuthorizer;
import dev.proa.server.authorization.UnionAuthorizer;
import dev.proa.server.authorization.UserRules;
import dev.proa.server.authorization.configuration.AuthorizationConfiguration.BuiltIn;
import dev.proa.server.authorization.configuration.AuthorizationConfiguration.Webhook;
import dev.proa.server.authorization.rbac.PolicyRule;
import dev.proa.server.authorization.rbac.RbacAuthorizer;
import dev.proa.server.authorization.webhook.AuthorizationMetrics;
import dev.proa.server.authorization.webhook.DecisionCounter;
import dev.proa.server.authorization.webhook.WebhookAuthorizer;
import dev.proa.server.configuration.ReloadedFile;
import dev.proa.server.store.Store;
import dev.proa.server.webhook.WebhookClient;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The authorizers that flags or a file of configuration ask for, behind the one of the superuser. A file can be read again: what is valid takes the
 * place of what was, at once for all requests; what is not is logged, and nothing changes. Safe for any thread.
 */
public final class ConfiguredAuthorization {
    private static final List<PolicyRule> EVERYTHING = List.of(
            PolicyRule.of(List.of("*"), List.of("*"), List.of("*")), PolicyRule.ofPaths(List.of("*"), List.of("*")));

    private final Parts parts;
    private final AuthorizationMetrics metrics;
    private final ReloadMetrics reloads;
    private final NodeAuthorizer nodes;
    private final RbacAuthorizer roles;
    private final AuthorizationConfiguration initial;
    private volatile Chain current;
    private final @Nullable ReloadedFile<AuthorizationConfiguration> file;

    /** What authorizers need. */
    public record Parts(Store store, WebhookClient client, PrometheusRegistry metrics, InstantSource clock) {}

    private record Chain(Authorizer authorizer, RuleResolver rules) {}

    /** An authorizer whose decisions are counted. */
    private record Counted(Authorizer authorizer, DecisionCounter counter) implements Authorizer {
        @Override
        public Decision authorize(AuthorizationAttributes attributes) {
            Decision decision = authorizer.authorize(attributes);
            counter.count(decision);
            return decision;
        }

        @Override
        public boolean mayBlock(AuthorizationAttributes attributes) {
            return authorizer.mayBlock(attributes);
        }
    }

    /**
     * Makes the authorizers.
     *
     * @throws IllegalArgumentException when the configuration is not valid; the message says why
     */
    public ConfiguredAuthorization(AuthorizationOptions options, Parts parts) {
        this.parts = parts;
        metrics = new AuthorizationMetrics(parts.metrics());
        reloads = new ReloadMetrics(parts.metrics(), parts.clock());
        nodes = new NodeAuthorizer(parts.store());
        roles = new RbacAuthorizer(parts.store());
        Path path = options.file();
        // Not by the file alone: the kubeconfigs of webhooks are other files, which may be written later.
        file = path == null
                ? null
                : new ReloadedFile<>(path, false, text -> ConfigurationReader.read(path.toString(), text));
        if (file == null) {
            initial = options.ofFlags();
        } else {
            initial = file.first();
            reloads.inForce(file.text());
        }
        current = chain(initial);
    }

    /** What an API server needs. It follows the configuration. */
    public Authorization authorization() {
        Authorizer authorizer = new Authorizer() {
            @Override
            public Decision authorize(AuthorizationAttributes attributes) {
                return current.authorizer().authorize(attributes);
            }

            @Override
            public boolean mayBlock(AuthorizationAttributes attributes) {
                return current.authorizer().mayBlock(attributes);
            }
        };
        return new Authorization(
                authorizer, roles, (user, namespace) -> current.rules().rulesFor(user, namespace));
    }

    /** Whether there is a file, so that {@link #reload} may have something to do. */
    public boolean reloads() {
        return file != null;
    }

    /** Reads the file again, if it was changed. */
    public void reload() {
        if (file == null) {
            return;
        }
        switch (file.reload(this::replace)) {
            case SAME -> {}
            case REPLACED -> reloads.succeeded(file.text());
            case FAILED -> reloads.failed();
        }
    }

    private void replace(AuthorizationConfiguration read, byte[] text) {
        check(read);
        current = chain(read);
    }

    /** What is built in can be neither removed nor added while the server runs, as in Kubernetes. */
    private void check(AuthorizationConfiguration read) {
        TreeSet<String> missing = types(initial);
        missing.removeAll(types(read));
        if (!missing.isEmpty()) {
            throw new IllegalArgumentException(
                    missing.stream().collect(Collectors.joining(" ", "missing required types: [", "]")));
        }
        for (AuthorizationMode mode : List.of(AuthorizationMode.NODE, AuthorizationMode.RBAC)) {
            if (read.modes().contains(mode) && !initial.modes().contains(mode)) {
                throw new IllegalArgumentException("authorizer type " + mode.type()
                        + " is not allowed if it was not enabled at initial server startup");
            }
        }
    }

    private static TreeSet<String> types(AuthorizationConfiguration configuration) {
        return configuration.modes().stream()
                .map(AuthorizationMode::type)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private Chain chain(AuthorizationConfiguration configuration) {
        List<Authorizer> authorizers = new ArrayList<>();
        List<RuleResolver> rules = new ArrayList<>();
        if (configuration == AuthorizationConfiguration.USUAL) {
            authorizers.add(new PathAuthorizer("/healthz", "/livez", "/readyz"));
        }
        authorizers.add(new SuperuserAuthorizer());
        for (AuthorizationConfiguration.Entry entry : configuration.authorizers()) {
            switch (entry) {
                case BuiltIn(AuthorizationMode mode) -> {
                    authorizers.add(counted(mode.type(), mode.authorizerName(), authorizer(mode)));
                    rules.add(rules(mode));
                }
                case Webhook webhook -> {
                    authorizers.add(counted(
                            AuthorizationMode.WEBHOOK,
                            webhook.settings().name(),
                            new WebhookAuthorizer(webhook.settings(), parts.client(), metrics, parts.clock())));
                    rules.add((user, namespace) ->
                            UserRules.unknown("webhook authorizer does not support user rule resolution"));
                }
            }
        }
        return new Chain(new UnionAuthorizer(authorizers), RuleResolver.all(rules));
    }

    private Authorizer counted(String type, String name, Authorizer authorizer) {
        return new Counted(authorizer, metrics.decisions(type, name));
    }

    private Authorizer authorizer(AuthorizationMode mode) {
        return switch (mode) {
            case NODE -> nodes;
            case RBAC -> roles;
            case ALWAYS_ALLOW -> attributes -> Authorizer.Decision.allow("");
            case ALWAYS_DENY -> attributes -> Authorizer.Decision.noOpinion("Everything is forbidden.");
        };
    }

    private RuleResolver rules(AuthorizationMode mode) {
        return switch (mode) {
            case NODE -> RuleResolver.ofNodes();
            case RBAC -> RuleResolver.of(roles);
            case ALWAYS_ALLOW -> (user, namespace) -> new UserRules(EVERYTHING, List.of(), false);
            case ALWAYS_DENY -> (user, namespace) -> UserRules.NONE;
        };
    }
}
