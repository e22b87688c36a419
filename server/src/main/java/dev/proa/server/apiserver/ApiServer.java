package dev.proa.server.apiserver;

import dev.proa.api.resource.ResourceType;
import dev.proa.api.status.StatusException;
import dev.proa.server.admission.GrantCheck;
import dev.proa.server.apiextensions.MetadataReader;
import dev.proa.server.audit.Audit;
import dev.proa.server.audit.AuditMetrics;
import dev.proa.server.audit.AuditTrail;
import dev.proa.server.auth.AuthorizationAttributes;
import dev.proa.server.auth.Authorizer;
import dev.proa.server.auth.UserInfo;
import dev.proa.server.authorization.rbac.RbacAuthorizer;
import dev.proa.server.catalog.ApiCatalog;
import dev.proa.server.catalog.Endpoint;
import dev.proa.server.catalog.ObjectSource;
import dev.proa.server.catalog.ServedApis;
import dev.proa.server.encoding.Encoding;
import dev.proa.server.flowcontrol.FlowControl;
import dev.proa.server.flowcontrol.MaxInFlight;
import dev.proa.server.store.Store;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers requests of users who are known already: authorizes, routes, and lets the class of the verb or the subresource do the
 * rest. The one pipeline behind both entrances, HTTP and in-process.
 *
 * <p>Safe for any thread but event loops: writes block until they are durable, and lists and large bodies take long.
 */
public final class ApiServer {
    private static final Logger LOG = LoggerFactory.getLogger(ApiServer.class);

    private final ServedApis apis;
    private final Authorizer authorizer;
    private final AuthorizationAttempts attempts;
    private final FlowControl flowControl;
    private final Audit audit;
    private final InstantSource clock;

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
    private final Delegation delegation;
    private final ResponseTransformer transformer;
    private final Impersonator impersonator;

    public ApiServer(ApiServerParts parts) {
        this.store = parts.store();
        this.apis = parts.apis();
        this.authorizer = parts.authorization().authorizer();
        this.attempts = new AuthorizationAttempts(parts.metrics().registry());
        this.clock = parts.clock();
        FlowControl flow = parts.flowControl();
        this.flowControl = flow == null ? new MaxInFlight(parts.metrics().registry()) : flow;
        Audit.Setup record = parts.audit();
        this.audit = new Audit(
                record,
                clock,
                parts.random(),
                record == null ? new AuditMetrics(parts.metrics().registry()) : record.metrics());
        ObjectDecoder decoder = new ObjectDecoder(new SchemaCheck());
        RbacAuthorizer roles = parts.authorization().roles();
        this.registry = new Registry(store, parts.random(), parts.admission(), new GrantCheck(authorizer, roles));
        ResourceVersionWaiter waiter = new ResourceVersionWaiter(store);
        this.getter = new Getter(registry, waiter);
        this.lister = new Lister(store, waiter);
        this.watcher = new Watcher(store, apis, waiter, clock, parts.random(), flowControl);
        Rights rights = new Rights(authorizer);
        this.creator = new Creator(registry, decoder);
        this.updater = new Updater(registry, decoder, rights);
        this.patcher = new Patcher(registry, decoder, rights);
        Deletions deletions = new Deletions(registry);
        this.deleter = new Deleter(deletions, lister);
        this.subresources =
                new Subresources(registry, deletions, decoder, getter, updater, patcher, parts.tokens(), rights);
        this.reviews = new Reviews(
                registry.admission,
                new AccessReviews(authorizer, parts.authorization().rules()),
                decoder,
                new TokenReviews(
                        parts.authenticator(), parts.tokens().settings().audiences()));
        this.delegation = new Delegation(store, parts.random());
        this.transformer = new ResponseTransformer(clock);
        this.impersonator = new Impersonator(authorizer, parts.metrics().registry());
        this.nonResources = new NonResourceHandler(parts.tokens(), store, parts.metrics(), flowControl);
    }

    /** Says from now on that it is ready: whoever assembles the cluster has made what every request may rely on. */
    public void started() {
        nonResources.health().started();
    }

    /**
     * Sets the checks of what runs beside the server, such as controllers, in {@code /livez}, {@code /readyz} and {@code /healthz}.
     *
     * @param checks what is wrong, by the name of the check; empty when it passes. Called for each request, shown in its order
     */
    public void healthChecks(Supplier<Map<String, String>> checks) {
        nonResources.health().others(checks);
    }

    /** Says from now on that it is not ready, so that no new requests are sent here. */
    public void stopping() {
        nonResources.health().stopping();
    }

    /**
     * How an error is written.
     *
     * @param accept the {@code Accept} header; null when there is none
     * @param catalog what is served to the request
     */
    public static Encoding encodingOfErrors(@Nullable String accept, ApiCatalog catalog) {
        return Output.ofErrors(accept).encoding(catalog);
    }

    /** Reads the metadata of custom resources, as it reads that of built-in ones. */
    public static MetadataReader metadataReader() {
        return SchemaCheck::metadata;
    }

    /** What is served now. */
    public ApiCatalog catalog() {
        return apis.current();
    }

    /** Where the stages of requests are put on record. */
    public Audit audit() {
        return audit;
    }

    /**
     * Whether {@link #enter} may wait for anything, so that it must not be called on an event loop.
     *
     * @param attributes what the request is about
     */
    public boolean mayBlock(AuthorizationAttributes attributes) {
        return audit.mayBlock() || authorizer.mayBlock(attributes);
    }

    /**
     * Answers a request of a caller in this JVM, whose user is known: puts it on record, authorizes and answers it by what is served now.
     *
     * @throws StatusException with what to answer instead when it fails
     */
    public ApiResponse handle(ApiRequest request) {
        return handle(request, catalog());
    }

    /**
     * The same by a catalog that the caller has.
     *
     * @param catalog what is served to this request
     */
    ApiResponse handle(ApiRequest request, ApiCatalog catalog) {
        AuditTrail trail = audit.isOn() ? localTrail(request) : null;
        AuthorizationAttributes attributes = request.info().attributes(request.user(), request.query());
        if (trail != null) {
            trail.received(attributes, request.info().kind() == FlowControl.Kind.LONG_RUNNING);
        }
        try (Entry entry = enter(request, attributes, request.user().name(), true, catalog, trail)) {
            entry.checkAdmitted();
            ApiResponse response = entry.handle(request);
            if (trail != null) {
                if (response.body() instanceof ApiResponse.Events events) {
                    trail.responseStarted(response.status());
                    events.stream().onClose(() -> trail.complete(response.status()));
                } else {
                    trail.complete(response.status());
                }
            }
            return response;
        } catch (StatusException e) {
            if (trail != null) {
                trail.failed(e);
                trail.complete(e.code());
            }
            throw e;
        }
    }

    private @Nullable AuditTrail localTrail(ApiRequest request) {
        String query = request.query().text();
        String uri = request.info().path() + (query.isEmpty() ? "" : "?" + query);
        return audit.begin(new AuditTrail.Origin(audit.newId(), uri, request.method(), List.of(), request.userAgent()));
    }

    /**
     * Lets a request in that came over the network and whose arrival is on record: authorizes it and asks for a seat for it. Blocks only if
     * {@link #mayBlock} says so; the seat may come later.
     *
     * @param head the request, without its body
     * @param attributes what it is about
     * @param authenticated who makes it, maybe in the name of another
     * @param catalog what is served to it
     * @param trail its record; null for none
     * @throws StatusException with what to answer instead when it is refused
     */
    public Entry enter(
            ApiRequest head,
            AuthorizationAttributes attributes,
            UserInfo authenticated,
            ApiCatalog catalog,
            @Nullable AuditTrail trail) {
        return enter(head, attributes, authenticated.name(), false, catalog, trail);
    }

    private Entry enter(
            ApiRequest head,
            AuthorizationAttributes attributes,
            String flow,
            boolean local,
            ApiCatalog catalog,
            @Nullable AuditTrail trail) {
        try {
            RequestInfo info = head.info();
            Authorizer.Decision decision = authorize(attributes, trail);
            if (!decision.allowed()) {
                throw Forbidden.of(attributes, decision);
            }
            return new Entry(
                    catalog,
                    flowControl.take(new FlowControl.Request(
                            head.user(), flow, info.kind(), local, attributes, head.query()::get)),
                    trail);
        } catch (StatusException e) {
            throw e;
        } catch (RuntimeException e) {
            throw broken(head, e);
        }
    }

    private Authorizer.Decision authorize(AuthorizationAttributes attributes, @Nullable AuditTrail trail) {
        if (trail == null) {
            return attempts.count(authorizer, attributes);
        }
        try {
            Authorizer.Decision decision = attempts.count(authorizer, attributes);
            trail.annotate("authorization.k8s.io/decision", decision.allowed() ? "allow" : "forbid");
            trail.annotate("authorization.k8s.io/reason", decision.reason());
            return decision;
        } catch (RuntimeException e) {
            trail.annotate("authorization.k8s.io/reason", "internal error");
            throw e;
        }
    }

    private static StatusException broken(ApiRequest request, RuntimeException cause) {
        LOG.error("Cannot answer {} {}", request.method(), request.info().path(), cause);
        return StatusException.internalError(String.valueOf(cause.getMessage()), cause);
    }

    /** A request that was let in, or waits for that. It has its seat until it is closed. */
    public final class Entry implements AutoCloseable {
        private final ApiCatalog catalog;
        private final FlowControl.Ticket ticket;

        private final @Nullable AuditTrail trail;

        private Entry(ApiCatalog catalog, FlowControl.Ticket ticket, @Nullable AuditTrail trail) {
            this.catalog = catalog;
            this.ticket = ticket;
            this.trail = trail;
        }

        /** As what flow control counts the request. */
        public FlowControl.Classification classification() {
            return ticket.classification();
        }

        /** Whether there is no seat for it yet. */
        public boolean isWaiting() {
            return ticket.isWaiting();
        }

        /** Calls {@code then} once it has a seat or is refused; by another thread, who must not be held up, if it is waiting. */
        public void onDecision(Runnable then) {
            ticket.onDecision(then);
        }

        /**
         * Checks that the request has a seat, once it does not wait any more.
         *
         * @throws StatusException when it was refused
         */
        public void checkAdmitted() {
            StatusException refusal = ticket.refusal();
            if (refusal != null) {
                throw refusal;
            }
        }

        /**
         * Answers the request. Blocks.
         *
         * @param request the request that was let in, with its body
         * @throws StatusException with what to answer instead when it fails
         */
        public ApiResponse handle(ApiRequest request) {
            try {
                return answer(request, catalog, trail);
            } catch (StatusException e) {
                throw e;
            } catch (Store.UnavailableException e) {
                throw StatusException.serviceUnavailable("the store takes no writes: " + e.getMessage());
            } catch (Store.ObjectTooLargeException e) {
                throw StatusException.tooLarge(String.valueOf(e.getMessage()));
            } catch (StackOverflowError e) {
                throw StatusException.badRequest("the request is nested too deeply");
            } catch (RuntimeException e) {
                throw broken(request, e);
            }
        }

        @Override
        public void close() {
            ticket.leave();
        }
    }

    private ApiResponse answer(ApiRequest request, ApiCatalog catalog, @Nullable AuditTrail trail) {
        ApiResponse delegated = delegation.answer(request, catalog.apiServices());
        if (delegated != null) {
            return delegated;
        }
        RequestInfo info = request.info();
        if (!info.isResource() || !catalog.hasGroup(info.group())) {
            return nonResources.answer(request, catalog);
        }
        Endpoint endpoint = catalog.endpoint(info.group(), info.version(), info.resource());
        if (endpoint == null) {
            throw StatusException.notFound();
        }
        Output output = Output.negotiate(
                request.accept(),
                new Output.Choice(
                        info.verb().equals("watch"),
                        Tables.has(endpoint.type(), info.subresource()),
                        endpoint.hasProtobuf()));
        if (request.method().equals("HEAD") && !info.isProxied()) {
            throw StatusException.methodNotAllowed();
        }
        Call call = new Call(request, info, catalog, endpoint, clock.instant().truncatedTo(ChronoUnit.SECONDS), trail);
        String deprecation = endpoint.strategy().deprecationWarning();
        if (!deprecation.isEmpty()) {
            call.warnings.add(deprecation);
            call.annotate("k8s.io/deprecated", "true");
        }
        try {
            ApiResponse response = info.subresource().isEmpty() ? verb(call) : subresources.answer(call);
            ApiResponse transformed = transformer.transform(call, output, response);
            call.answered(transformed);
            return transformed.encodedBy(output.syntax().encoding(catalog));
        } catch (StatusException e) {
            throw e.withWarnings(call.warnings());
        }
    }

    /**
     * Whom a user acts as.
     *
     * @param wanted as the user says
     * @param attributes what is requested, by the user who asks
     * @throws StatusException when the user may not be that one
     */
    public Impersonated impersonate(UserInfo wanted, AuthorizationAttributes attributes) {
        return impersonator.impersonate(wanted, attributes);
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
        if (!call.endpoint.can(info.verb())) {
            throw StatusException.methodNotAllowed();
        }
        if (Reviews.isReview(type)) {
            return reviews.answer(call);
        }
        ObjectSource source = call.endpoint.source();
        if (source != null) {
            return ComputedObjects.answer(call, source);
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
}
