package dev.proa.delivery.traffic;

import dev.proa.api.core.v1.Service;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.client.Patch;
import dev.proa.client.clock.Clock;
import dev.proa.delivery.argo.CanaryStrategy;
import dev.proa.delivery.argo.PingPong;
import dev.proa.delivery.argo.Rollout;
import dev.proa.delivery.argo.SetHeaderRoute;
import dev.proa.delivery.argo.SetMirrorRoute;
import dev.proa.delivery.argo.WeightDestination;
import dev.proa.delivery.traffic.TrafficRouterFactory.Services;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Writes the {@link Split} of a Rollout to the Service that the entry proxy enters. */
final class EntryRouter implements TrafficRouter {
    private final Client client;
    private final Clock clock;
    private final String namespace;
    private final String entered;
    private final Services services;
    private final ManagedRoutes managed;
    /** Under what the split is kept: it stays the same when the two services change their parts. */
    private final String key;

    EntryRouter(Client client, Clock clock, Rollout rollout, String entered, Services services) {
        this.client = client;
        this.clock = clock;
        this.namespace = rollout.namespace();
        this.entered = entered;
        this.services = services;
        this.managed = ManagedRoutes.of(rollout);
        CanaryStrategy canary = rollout.spec().strategy().canary();
        PingPong pingPong = canary == null ? null : canary.pingPong();
        this.key = pingPong == null ? services.stable() : pingPong.pingService();
    }

    @Override
    public String type() {
        return EntryRouterFactory.TYPE;
    }

    /** The proxy reads the hashes where the controller writes them: in the selectors of the Services. */
    @Override
    public void updateHash(String canaryHash, String stableHash, List<WeightDestination> additional) {}

    @Override
    public void setWeight(int weight, List<WeightDestination> additional) {
        List<Split.Backend> backends = backends(weight, additional);
        change(split -> split.withBackends(backends));
    }

    @Override
    public Optional<Boolean> verifyWeight(int weight, List<WeightDestination> additional) {
        return Optional.of(read(service()).backends().equals(backends(weight, additional)));
    }

    private List<Split.Backend> backends(int weight, List<WeightDestination> additional) {
        return managed.shares(weight, additional, services).entrySet().stream()
                .map(share -> new Split.Backend(share.getKey(), share.getValue()))
                .toList();
    }

    @Override
    public void setHeaderRoute(SetHeaderRoute route) {
        change(split -> route.match().isEmpty()
                ? split.without(route.name())
                : split.with(
                        new Split.HeaderRoute(
                                route.name(), services.canary(), route.value().list("match")),
                        managed.names()));
    }

    @Override
    public void setMirrorRoute(SetMirrorRoute route) {
        change(split -> route.match().isEmpty()
                ? split.without(route.name())
                : split.with(
                        new Split.MirrorRoute(
                                route.name(),
                                services.canary(),
                                route.percentage(),
                                route.value().list("match")),
                        managed.names()));
    }

    @Override
    public void removeManagedRoutes() {
        change(split -> {
            Split rest = split;
            for (String name : managed.names()) {
                rest = rest.without(name);
            }
            return rest;
        });
    }

    private Service service() {
        Service service = client.resource(Service.KIND).in(namespace).find(entered);
        if (service == null) {
            throw new TrafficException("there is no Service \"" + entered + "\" for the entry proxy to enter");
        }
        if (!service.annotations().getOrDefault(EntryRouterFactory.ENTRY, "").contains(key)) {
            throw new TrafficException(
                    "Service \"" + entered + "\" is not entered for this Rollout: set its annotation "
                            + EntryRouterFactory.ENTRY + " to \"" + key + "\"");
        }
        return service;
    }

    private Split read(Service service) {
        return Split.read(annotation(service), key);
    }

    private static String annotation(Service service) {
        return service.annotations().getOrDefault(Split.ANNOTATION, "");
    }

    private void change(UnaryOperator<Split> change) {
        Conflicts.retry(clock, () -> {
            Service service = service();
            Split before = read(service);
            Split after = change.apply(before);
            if (!after.equals(before)) {
                client.resource(Service.KIND).in(namespace).patch(entered, patch(service, after));
            }
        });
    }

    /** Applies only to the Service as it was read. */
    private Patch patch(Service service, Split split) {
        return Patch.merge(MapValue.of(
                "metadata",
                MapValue.of(
                        "resourceVersion",
                        service.resourceVersion(),
                        "annotations",
                        MapValue.of(Split.ANNOTATION, split.write(annotation(service), key)))));
    }
}
