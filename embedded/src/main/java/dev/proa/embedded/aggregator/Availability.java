package dev.proa.embedded.aggregator;

import dev.proa.api.apiregistration.v1.APIService;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.embedded.aggregator.ApiServiceConditions.Verdict;
import dev.proa.server.aggregator.ExtensionClients;
import dev.proa.server.aggregator.ExtensionClients.Answer;
import dev.proa.server.aggregator.ExtensionClients.Question;
import dev.proa.server.aggregator.RemoteApi;
import dev.proa.server.auth.UserInfo;
import dev.proa.server.store.Key;
import dev.proa.server.store.Snapshot;
import dev.proa.server.store.StoredObject;
import dev.proa.server.webhook.ServiceResolver;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Finds out whether the extension server of an API service can be reached. */
final class Availability {
    /** As whom the API server looks around at extension servers. */
    static final UserInfo AGGREGATOR = new UserInfo("system:kube-aggregator", "", List.of(UserInfo.MASTERS), Map.of());

    private static final int ATTEMPTS = 5;
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int MOST = 4 << 20;
    private static final String OF_SERVICE = "kubernetes.io/service-name";

    private final Supplier<Snapshot> store;
    private final ServiceResolver resolver;
    private final ExtensionClients clients;

    Availability(Supplier<Snapshot> store, ServiceResolver resolver, ExtensionClients clients) {
        this.store = store;
        this.resolver = resolver;
        this.clients = clients;
    }

    /** Looks at the service, its port and its endpoints, and asks for discovery then. Blocks for some seconds at most. */
    Verdict check(APIService service, RemoteApi api) throws InterruptedException {
        Verdict problem = problem(store.get(), api);
        return problem == null ? discovery(api) : problem;
    }

    /** What is wrong with the service, as far as the cluster's objects show it; null when nothing is. */
    static @Nullable Verdict problem(Snapshot snapshot, RemoteApi api) {
        String which = "service/" + api.service() + " in \"" + api.namespace() + "\"";
        StoredObject service = snapshot.get(new Key("services", api.namespace(), api.service()));
        if (service == null) {
            return Verdict.failed("ServiceNotFound", which + " is not present");
        }
        MapValue spec = service.value().map("spec");
        if (!spec.string("type").equals("ClusterIP")) {
            return null;
        }
        String port = portName(spec.list("ports"), api.port());
        if (port == null) {
            return Verdict.failed("ServicePortError", which + " is not listening on port " + api.port());
        }
        List<MapValue> slices = new ArrayList<>();
        for (StoredObject slice : snapshot.list("endpointslices.discovery.k8s.io", api.namespace(), null)) {
            if (slice.value().map("metadata").map("labels").string(OF_SERVICE).equals(api.service())) {
                slices.add(slice.value());
            }
        }
        if (slices.isEmpty()) {
            return Verdict.failed("EndpointsNotFound", "cannot find endpointslices for " + which);
        }
        return slices.stream().anyMatch(slice -> isReady(slice, port))
                ? null
                : Verdict.failed(
                        "MissingEndpoints",
                        "endpointslices for " + which + " have no addresses with port name \"" + port + "\"");
    }

    private static @Nullable String portName(ListValue ports, int port) {
        for (int i = 0; i < ports.size(); i++) {
            if (ports.map(i).integer("port", 0) == port) {
                return ports.map(i).string("name");
            }
        }
        return null;
    }

    private static boolean isReady(MapValue slice, String port) {
        boolean ready = false;
        ListValue endpoints = slice.list("endpoints");
        for (int i = 0; i < endpoints.size(); i++) {
            MapValue conditions = endpoints.map(i).map("conditions");
            ready |= !conditions.has("ready") || conditions.bool("ready");
        }
        ListValue ports = slice.list("ports");
        for (int i = 0; i < ports.size() && ready; i++) {
            if (ports.map(i).string("name").equals(port) && ports.map(i).has("port")) {
                return true;
            }
        }
        return false;
    }

    /** Asks several times at once, maybe different endpoints: one good answer is enough. */
    private Verdict discovery(RemoteApi api) throws InterruptedException {
        BlockingQueue<String> failures = new LinkedBlockingQueue<>();
        for (int i = 0; i < ATTEMPTS; i++) {
            Thread.ofVirtual().name("apiservice-check").start(() -> failures.add(attempt(api)));
        }
        String failure = "";
        for (int i = 0; i < ATTEMPTS; i++) {
            failure = failures.take();
            if (failure.isEmpty()) {
                return Verdict.PASSED;
            }
        }
        return Verdict.failed("FailedDiscoveryCheck", failure);
    }

    /** What goes wrong; empty when nothing does. */
    private String attempt(RemoteApi api) {
        String url = "";
        try {
            ServiceResolver.Address address = resolver.resolve(store.get(), api.namespace(), api.service(), api.port());
            url = "https://" + address.host() + ":" + address.port() + api.path();
            Answer answer = clients.ask(api, address, Question.get(api.path(), Map.of()), AGGREGATOR, MOST, PATIENCE);
            return answer.status() >= 200 && answer.status() < 300
                    ? ""
                    : "failing or missing response from " + url + ": bad status from " + url + ": " + answer.status();
        } catch (IOException e) {
            return "failing or missing response from " + url + ": Get \"" + url + "\": " + e.getMessage();
        } catch (StatusException e) {
            return String.valueOf(e.getMessage());
        } catch (RuntimeException e) { // whoever waits must get an answer
            return "failing or missing response from " + url + ": " + e;
        }
    }
}
