package dev.proa.node.kubelet.device;

import dev.proa.api.meta.v1.DeleteOptions;
import dev.proa.api.resource.v1.ResourceSlice;
import dev.proa.api.status.StatusException;
import dev.proa.client.Client;
import dev.proa.client.ListOptions;
import dev.proa.client.Transport.TransportException;
import dev.proa.client.clock.Clock;
import dev.proa.node.kubelet.plugin.PluginHandler;
import dev.proa.node.kubelet.plugin.PluginRefusedException;
import dev.proa.node.metrics.DeviceMetrics;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The DRA drivers of a node. A driver may have several endpoints for some time, while it is updated: the newest one that can be reached is asked.
 * The ResourceSlices of a driver that cannot be reached for 30 s are deleted, so that no more pods come for its devices; those of all drivers are
 * when the kubelet starts, since each publishes its own again when it has registered. Thread-safe.
 */
public final class DriverPlugins implements PluginHandler, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DriverPlugins.class);
    /** The services that this kubelet speaks, the newest first. */
    private static final List<String> SERVICES = List.of("v1.DRAPlugin", "v1beta1.DRAPlugin");

    private static final Duration WIPING_DELAY = Duration.ofSeconds(30);
    private static final Duration LOOK_EACH = Duration.ofSeconds(5);
    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
    private static final Duration LONGEST_RETRY = Duration.ofMinutes(5);
    private static final String ALL = "";

    private final Client client;
    private final String node;
    private final Clock clock;
    private final DeviceMetrics metrics;
    /** By driver, in the order of registration. */
    private final Map<String, List<DriverPlugin>> plugins = new HashMap<>();

    private final Map<String, Wipe> wipes = new HashMap<>();
    private Instant looked;

    /** When ResourceSlices are to be deleted, and how long to wait after a failure. */
    private record Wipe(Instant at, Duration retry) {}

    /** @param node whose ResourceSlices are deleted */
    public DriverPlugins(Client client, String node, Clock clock, DeviceMetrics metrics) {
        this.client = client;
        this.node = node;
        this.clock = clock;
        this.metrics = metrics;
        this.looked = clock.instant();
        wipes.put(ALL, new Wipe(looked, FIRST_RETRY));
    }

    /**
     * The endpoint by which a driver is to be asked.
     *
     * @throws DeviceFailure when none is registered
     */
    synchronized DriverPlugin find(String driver) throws DeviceFailure {
        if (driver.isEmpty()) {
            throw new DeviceFailure("DRA driver name is empty");
        }
        List<DriverPlugin> all = plugins.getOrDefault(driver, List.of());
        if (all.isEmpty()) {
            throw new DeviceFailure("DRA driver " + driver + " is not registered");
        }
        return all.reversed().stream()
                .filter(DriverPlugin::connected)
                .findFirst()
                .orElse(all.getLast());
    }

    @Override
    public void validate(String driver, Path endpoint, List<String> versions) throws PluginRefusedException {
        service(driver, endpoint, versions);
    }

    private static String service(String driver, Path endpoint, List<String> versions) throws PluginRefusedException {
        String why = versions.isEmpty()
                ? "empty list of supported gRPC services (aka supported versions)"
                : "none of services supported by the plugin (" + quoted(versions) + ") are supported by the kubelet ("
                        + quoted(SERVICES) + ")";
        return versions.stream()
                .filter(SERVICES::contains)
                .findFirst()
                .orElseThrow(() -> new PluginRefusedException("invalid supported gRPC versions of DRA driver plugin "
                        + driver + " at endpoint " + endpoint + ": " + why));
    }

    private static String quoted(List<String> names) {
        return names.stream().map(name -> '"' + name + '"').collect(Collectors.joining(" ", "[", "]"));
    }

    @Override
    public synchronized void register(String driver, Path endpoint, List<String> versions)
            throws PluginRefusedException {
        List<DriverPlugin> all = plugins.computeIfAbsent(driver, first -> new ArrayList<>());
        if (all.stream().anyMatch(plugin -> plugin.endpoint().equals(endpoint))) {
            throw new PluginRefusedException(
                    "endpoint " + endpoint + " already registered for DRA driver plugin " + driver);
        }
        try {
            all.add(new DriverPlugin(driver, endpoint, service(driver, endpoint, versions), metrics));
        } catch (IOException e) {
            throw new PluginRefusedException("create gRPC connection to DRA driver " + driver + " plugin at endpoint "
                    + endpoint + ": " + e.getMessage());
        }
        schedule(driver);
    }

    @Override
    public synchronized void deregister(String driver, Path endpoint) {
        List<DriverPlugin> all = plugins.getOrDefault(driver, List.of());
        all.stream().filter(plugin -> plugin.endpoint().equals(endpoint)).forEach(DriverPlugin::close);
        all.removeIf(plugin -> plugin.endpoint().equals(endpoint));
        schedule(driver);
    }

    /** Has the slices of a driver deleted after a while, unless it can be reached. */
    private void schedule(String driver) {
        if (plugins.getOrDefault(driver, List.of()).stream().anyMatch(DriverPlugin::connected)) {
            wipes.remove(driver);
        } else {
            wipes.putIfAbsent(driver, new Wipe(clock.instant().plus(WIPING_DELAY), FIRST_RETRY));
        }
    }

    /** Looks which drivers can be reached, and deletes the ResourceSlices that are due. Called once a second. */
    public void check() {
        for (String driver : due()) {
            wipe(driver);
        }
    }

    private synchronized List<String> due() {
        Instant now = clock.instant();
        if (!looked.plus(LOOK_EACH).isAfter(now)) {
            looked = now;
            plugins.forEach((driver, all) -> {
                if (!all.isEmpty()) {
                    all.forEach(DriverPlugin::look);
                    schedule(driver);
                }
            });
        }
        return wipes.entrySet().stream()
                .filter(wipe -> !wipe.getValue().at().isAfter(now))
                .map(Map.Entry::getKey)
                .toList();
    }

    private void wipe(String driver) {
        String fields = "spec.nodeName=" + node + (driver.equals(ALL) ? "" : ",spec.driver=" + driver);
        try {
            client.resource(ResourceSlice.KIND).deleteCollection(DeleteOptions.EMPTY, ListOptions.fields(fields));
            wiped(driver);
        } catch (StatusException e) {
            if (e.code() == 404) {
                wiped(driver);
            } else {
                postpone(driver, fields, e);
            }
        } catch (TransportException e) {
            postpone(driver, fields, e);
        }
    }

    private synchronized void wiped(String driver) {
        wipes.remove(driver);
        plugins.computeIfPresent(driver, (same, all) -> all.isEmpty() ? null : all);
        // A driver that is registered but stays away keeps its place: it counts anew when it was back in between.
        if (plugins.containsKey(driver)) {
            wipes.put(driver, new Wipe(Instant.MAX, FIRST_RETRY));
        }
    }

    private synchronized void postpone(String driver, String fields, RuntimeException why) {
        LOG.info("ResourceSlices with {} could not be deleted, will try again: {}", fields, why.getMessage());
        wipes.computeIfPresent(driver, (same, wipe) -> {
            Duration next = wipe.retry().multipliedBy(2);
            return new Wipe(
                    clock.instant().plus(wipe.retry()), next.compareTo(LONGEST_RETRY) > 0 ? LONGEST_RETRY : next);
        });
    }

    @Override
    public synchronized void close() {
        plugins.values().forEach(all -> all.forEach(DriverPlugin::close));
    }
}
