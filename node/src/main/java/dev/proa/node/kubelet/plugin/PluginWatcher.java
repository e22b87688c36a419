package dev.proa.node.kubelet.plugin;

import dev.proa.client.clock.Clock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Registers the plugins whose sockets are in {@code plugins_registry} or below, and deregisters those whose sockets are gone or were made
 * anew. A registration that fails is tried again with back-off. For one thread.
 */
public final class PluginWatcher {
    private static final Logger LOG = LoggerFactory.getLogger(PluginWatcher.class);
    private static final int SOCKET = 0xC000;
    private static final int DEEPEST = 8;
    private static final Duration FIRST_DELAY = Duration.ofMillis(500);
    private static final Duration LONGEST_DELAY = Duration.ofSeconds(122);
    private static final Duration PATIENCE = Duration.ofSeconds(1);
    private static final int TELLING = 5;

    private final KubeletRoot root;
    private final Map<String, PluginHandler> handlers;
    private final Clock clock;
    private final Duration patience;
    private final Map<Path, Registered> registered = new HashMap<>();
    private final Map<Path, Failed> failed = new HashMap<>();

    /** @param identity tells a socket from another one that had its path before */
    private record Registered(String identity, PluginHandler handler, String name, Path endpoint) {}

    private record Failed(String identity, Duration delay, Instant retryAt) {}

    /** @param handlers by the type of plugins that they take */
    public PluginWatcher(KubeletRoot root, Map<String, PluginHandler> handlers, Clock clock) {
        this(root, handlers, clock, PATIENCE);
    }

    /** @param patience how long a plugin may take to say who it is, and a fifth of how long to hear whether it is registered */
    public PluginWatcher(KubeletRoot root, Map<String, PluginHandler> handlers, Clock clock, Duration patience) {
        this.patience = patience;
        this.root = root;
        this.handlers = Map.copyOf(handlers);
        this.clock = clock;
    }

    /** Looks once what has come and gone. Blocks while plugins answer. */
    public void look() throws IOException {
        Map<Path, String> found = sockets();
        registered.entrySet().removeIf(entry -> {
            Registered plugin = entry.getValue();
            boolean gone = !plugin.identity().equals(found.get(entry.getKey()));
            if (gone) {
                LOG.info("Plugin {} at {} is gone", plugin.name(), entry.getKey());
                plugin.handler().deregister(plugin.name(), plugin.endpoint());
            }
            return gone;
        });
        failed.entrySet().removeIf(entry -> !entry.getValue().identity().equals(found.get(entry.getKey())));
        found.forEach((path, identity) -> {
            Failed before = failed.get(path);
            if (!registered.containsKey(path)
                    && (before == null || !before.retryAt().isAfter(clock.instant()))) {
                tryToRegister(path, identity, before);
            }
        });
    }

    private void tryToRegister(Path path, String identity, @Nullable Failed before) {
        try (PluginSocket socket = new PluginSocket(path)) {
            register(path, identity, socket);
            failed.remove(path);
        } catch (IOException | PluginRefusedException e) {
            LOG.warn("The plugin at {} could not be registered, will try again: {}", path, e.getMessage());
            Duration delay = before == null ? FIRST_DELAY : before.delay().multipliedBy(2);
            delay = delay.compareTo(LONGEST_DELAY) > 0 ? LONGEST_DELAY : delay;
            failed.put(path, new Failed(identity, delay, clock.instant().plus(delay)));
        }
    }

    private void register(Path path, String identity, PluginSocket socket) throws IOException, PluginRefusedException {
        PluginInfo plugin = PluginInfo.ask(socket, patience);
        Path endpoint = plugin.endpoint().isEmpty() ? path : root.resolve(Path.of(plugin.endpoint()));
        PluginHandler handler = handlers.get(plugin.type());
        try {
            if (handler == null) {
                throw new PluginRefusedException("RegisterPlugin error -- no handler registered for plugin type: "
                        + plugin.type() + " at socket " + path);
            }
            take(handler, plugin, endpoint);
        } catch (PluginRefusedException e) {
            PluginInfo.tell(socket, String.valueOf(e.getMessage()), patience.multipliedBy(TELLING));
            throw e;
        }
        try {
            PluginInfo.tell(socket, "", patience.multipliedBy(TELLING));
        } catch (IOException e) {
            handler.deregister(plugin.name(), endpoint);
            throw e;
        }
        registered.put(path, new Registered(identity, handler, plugin.name(), endpoint));
        LOG.info("Registered plugin {} of type {} at {}", plugin.name(), plugin.type(), endpoint);
    }

    private static void take(PluginHandler handler, PluginInfo plugin, Path endpoint) throws PluginRefusedException {
        try {
            handler.validate(plugin.name(), endpoint, plugin.versions());
        } catch (PluginRefusedException e) {
            throw new PluginRefusedException(
                    "RegisterPlugin error -- plugin validation failed with err: " + e.getMessage());
        }
        try {
            handler.register(plugin.name(), endpoint, plugin.versions());
        } catch (PluginRefusedException e) {
            throw new PluginRefusedException(
                    "RegisterPlugin error -- plugin registration failed with err: " + e.getMessage());
        }
    }

    /** The sockets that are there with what identifies each. Names with a dot in front are ignored. */
    private Map<Path, String> sockets() throws IOException {
        Map<Path, String> sockets = new TreeMap<>();
        try (Stream<Path> entries = Files.walk(root.registry(), DEEPEST)) {
            List<Path> visible = entries.filter(
                            entry -> !entry.getFileName().toString().startsWith("."))
                    .toList();
            for (Path entry : visible) {
                Map<String, Object> status = status(entry);
                if (((int) status.getOrDefault("mode", 0) & 0xF000) == SOCKET) {
                    sockets.put(entry, status.get("ino") + " " + status.get("ctime"));
                }
            }
        } catch (java.io.UncheckedIOException e) {
            throw e.getCause();
        }
        return sockets;
    }

    /** Nothing when the entry went meanwhile. */
    private static Map<String, Object> status(Path entry) throws IOException {
        try {
            return Files.readAttributes(entry, "unix:mode,ino,ctime", LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
            return Map.of();
        }
    }
}
