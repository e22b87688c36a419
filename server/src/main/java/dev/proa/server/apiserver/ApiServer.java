package dev.proa.server.apiserver;

import dev.proa.api.resource.ResourceCatalog;
import dev.proa.api.resource.ResourceType;
import dev.proa.api.schema.SchemaCatalog;
import dev.proa.api.status.StatusException;
import dev.proa.server.admission.Admission;
import dev.proa.server.admission.DeviceAdminAccess;
import dev.proa.server.admission.NodeDeclaredFeatures;
import dev.proa.server.admission.NodeRestriction;
import dev.proa.server.admission.PodResizeValidator;
import dev.proa.server.admission.UnenforcedWarnings;
import dev.proa.server.auth.Attributes;
import dev.proa.server.auth.Authorizer;
import dev.proa.server.auth.ServiceAccountTokens;
import dev.proa.server.auth.UserInfo;
import dev.proa.server.metrics.ServerMetrics;
import dev.proa.server.podsecurity.PodSecurity;
import dev.proa.server.resource.Strategies;
import dev.proa.server.store.Store;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Answers requests of users who are known already: authorizes, routes, and lets the class of the verb or the subresource do the
 * rest. The one pipeline behind both entrances, HTTP and in-process.
 *
 * <p>Safe for any thread but event loops: writes block until they are durable, and lists and large bodies take long.
 */
public final class ApiServer {
    private final ResourceCatalog catalog;
    private final Strategies strategies;
    private final Authorizer authorizer;
    private final InstantSource clock;
    private final Set<String> groups = new HashSet<>();
    private final Map<ResourceType, Endpoint> endpoints = new ConcurrentHashMap<>();

    private final Store store;
    private final Registry registry;
    private final Getter getter;
    private final Lister lister;
    private final Watcher watcher;
    private final Creator creator;
    private final Updater updater;
    private final Patcher patcher;
    private final Deleter deleter;
    private final Subresources subresources;
    private final Reviews reviews;
    private final NonResourceHandler nonResources;
    private final ResponseTransformer transformer;

    /**
     * What an API server is made of.
     *
     * @param random for uids and generated names; must be safe for any thread
     * @param address host and port under which clients reach this server, as discovery tells it
     */
    public record Parts(
            Store store,
            ResourceCatalog catalog,
            Strategies strategies,
            Authorizer authorizer,
            ServiceAccountTokens tokens,
            InstantSource clock,
            RandomGenerator random,
            ServerMetrics metrics,
            String address) {}

    public ApiServer(Parts parts) {
        this.store = parts.store();
        this.catalog = parts.catalog();
        parts.catalog().all().forEach(type -> groups.add(type.group()));
        this.strategies = parts.strategies();
        this.authorizer = parts.authorizer();
        this.clock = parts.clock();
        SchemaCatalog schemas = SchemaCatalog.builtin();
        ObjectDecoder decoder = new ObjectDecoder(new SchemaCheck(schemas));
        this.registry = new Registry(
                store,
                schemas,
                parts.random(),
                new Admission(
                        new NodeRestriction(),
                        new PodSecurity(),
                        new NodeDeclaredFeatures(),
                        new PodResizeValidator(),
                        new DeviceAdminAccess(),
                        new UnenforcedWarnings()));
        ResourceVersionWaiter waiter = new ResourceVersionWaiter(store);
        this.getter = new Getter(registry, waiter);
        this.lister = new Lister(store, waiter);
        this.watcher = new Watcher(store, waiter, clock, parts.random());
        this.creator = new Creator(registry, decoder);
        this.updater = new Updater(registry, decoder);
        this.patcher = new Patcher(registry, decoder, schemas);
        Deletions deletions = new Deletions(registry);
        this.deleter = new Deleter(deletions, lister);
        this.subresources = new Subresources(registry, deletions, decoder, getter, updater, patcher, parts.tokens());
        this.reviews = new Reviews(authorizer, decoder, parts.tokens());
        this.transformer = new ResponseTransformer(clock);
        this.nonResources = new NonResourceHandler(catalog, parts.tokens(), store, parts.metrics(), parts.address());
    }

    /** Says from now on that it is ready: whoever assembles the cluster has made what every request may rely on. */
    public void started() {
        nonResources.health().started();
    }

    /** Says from now on that it is not ready, so that no new requests are sent here. */
    public void stopping() {
        nonResources.health().stopping();
    }

    /**
     * Answers a request.
     *
     * @throws StatusException with what to answer instead when it fails
     */
    public ApiResponse handle(ApiRequest request) {
        try {
            return answer(request);
        } catch (Store.UnavailableException e) {
            throw StatusException.serviceUnavailable("the store takes no writes: " + e.getMessage());
        } catch (Store.ObjectTooLargeException e) {
            throw StatusException.tooLarge(String.valueOf(e.getMessage()));
        } catch (StackOverflowError e) {
            throw StatusException.badRequest("the request is nested too deeply");
        }
    }

    private ApiResponse answer(ApiRequest request) {
        authorize(request);
        RequestInfo info = request.info();
        if (!info.isResource() || !knowsGroup(info.group())) {
            return nonResources.answer(request);
        }
        Endpoint endpoint = endpoint(info);
        Output output = Output.negotiate(
                request.accept(), info.verb().equals("watch"), Tables.has(endpoint.type(), info.subresource()));
        if (request.method().equals("HEAD") && !info.isProxied()) {
            throw StatusException.methodNotAllowed();
        }
        Call call = new Call(request, info, endpoint, clock.instant().truncatedTo(ChronoUnit.SECONDS));
        if (info.resource().equals("endpoints") && info.group().isEmpty()) {
            call.warnings.add("v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice");
        }
        try {
            ApiResponse response = info.subresource().isEmpty() ? verb(call) : subresources.answer(call);
            return transformer.transform(call, output, response);
        } catch (StatusException e) {
            throw e.withWarnings(call.warnings);
        }
    }

    /**
     * Whom a user acts for.
     *
     * @param user who asks
     * @param as whom the user wants to be
     * @throws StatusException when the user may not be that one
     */
    public UserInfo impersonate(UserInfo user, UserInfo as) {
        may(user, "users", "", as.name());
        if (!as.uid().isEmpty()) {
            may(user, "uids", "", as.uid());
        }
        as.groups().forEach(group -> may(user, "groups", "", group));
        as.extra().forEach((name, values) -> values.forEach(value -> may(user, "userextras", name, value)));
        return as;
    }

    private void may(UserInfo user, String resource, String subresource, String name) {
        Attributes attributes = new Attributes(user, "impersonate", "", "v1", resource, subresource, "", name, "");
        Authorizer.Decision decision = authorizer.authorize(attributes);
        if (!decision.allowed()) {
            throw Forbidden.of(attributes, decision.reason());
        }
    }

    /**
     * Refuses a request that its user may not make; for before its body is read. {@link #handle} does so by itself.
     *
     * @throws StatusException with what to answer instead
     */
    public void authorize(ApiRequest request) {
        Attributes attributes = request.info().attributes(request.user(), request.query());
        Authorizer.Decision decision = authorizer.authorize(attributes);
        if (!decision.allowed()) {
            throw Forbidden.of(attributes, decision.reason());
        }
    }

    private boolean knowsGroup(String group) {
        return group.isEmpty() || groups.contains(group);
    }

    private Endpoint endpoint(RequestInfo info) {
        ResourceType type = catalog.byPlural(info.group(), info.version(), info.resource());
        if (type == null) {
            throw StatusException.notFound();
        }
        Endpoint endpoint = endpoints.get(type);
        if (endpoint == null) {
            endpoint =
                    new Endpoint(type, strategies.of(type.group(), type.version(), type.plural(), type.namespaced()));
            endpoints.put(type, endpoint);
        }
        return endpoint;
    }

    private ApiResponse verb(Call call) {
        RequestInfo info = call.info;
        ResourceType type = call.endpoint.type();
        if (!type.namespaced() && !info.namespace().isEmpty() && !type.plural().equals("namespaces")
                || type.namespaced()
                        && info.namespace().isEmpty()
                        && !info.name().isEmpty()) {
            throw StatusException.notFound();
        }
        if (!type.can(info.verb())) {
            throw StatusException.methodNotAllowed();
        }
        if (Reviews.isReview(type)) {
            return reviews.answer(call);
        }
        return switch (info.verb()) {
            case "get" -> getter.get(call);
            case "list" -> lister.list(call);
            case "watch" -> watcher.watch(call);
            case "create" -> type.plural().equals("bindings") ? subresources.bind(call) : creator.create(call);
            case "update" -> updater.update(call);
            case "patch" -> patcher.patch(call);
            case "delete" -> deleter.delete(call);
            case "deletecollection" -> deleter.deleteCollection(call);
            default -> throw StatusException.methodNotAllowed();
        };
    }

    /** The resource at a path's group, version and plural; null when there is none. */
    public @Nullable ResourceType resource(String group, String version, String plural) {
        return catalog.byPlural(group, version, plural);
    }
}
