package dev.proa.delivery.dev;

import dev.proa.api.core.v1.Event;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.client.Transport.TransportException;
import dev.proa.client.clock.Clock;
import dev.proa.delivery.DeployRequest;
import dev.proa.delivery.Deployer;
import dev.proa.delivery.LogStreams;
import dev.proa.delivery.Removal;
import dev.proa.delivery.config.AppSpec;
import dev.proa.delivery.config.DeliveryFailure;
import dev.proa.image.ImageFailure;
import dev.proa.image.build.BuiltImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * {@code proa dev}: deploys applications, and then for each change of their folders copies files into the running containers or
 * builds and deploys again, while it follows logs, tells trouble and forwards ports. {@link #run} blocks until {@link #close}.
 */
public final class DevSession implements AutoCloseable {
    private static final int SHOWN_PATHS = 2;
    /** How long after a failure it may turn out why: Ctrl-C reaches the programs of a build first, or a file was being saved. */
    private static final int MEANWHILE_MILLIS = 200;

    private final Path root;
    private final Client client;
    private final PodAccess access;
    private final Deployer deployer;
    private final DevOptions options;
    private final DevOutput out;
    private final Clock clock;
    private final PendingChanges pending;
    private final LogFollower logs;
    private final List<DevApp> apps = new CopyOnWriteArrayList<>();
    private final List<DeployRequest> requests;
    private final String namespace;
    private final Object ends = new Object();
    private @Nullable Thread runner;
    private boolean closed;
    /** Whether objects are being applied, which takes a moment and is not interrupted, so that none is forgotten at the end. */
    private boolean applying;
    /** Why nothing is watched any more; empty as long as it is. */
    private volatile String broken = "";

    /**
     * @param root the folder that is watched; the applications are in it
     * @param requests the applications, in the order in which they are deployed
     * @param deployer builds and applies; what it says on its way goes to its own progress
     */
    public DevSession(
            Path root,
            List<DeployRequest> requests,
            Client client,
            PodAccess access,
            LogStreams logs,
            Deployer deployer,
            DevOptions options,
            DevOutput out,
            Clock clock) {
        this.root = root.toAbsolutePath().normalize();
        this.requests = List.copyOf(requests);
        this.client = client;
        this.access = access;
        this.deployer = deployer;
        this.options = options;
        this.out = out;
        this.clock = clock;
        this.pending = new PendingChanges(clock);
        this.logs = new LogFollower(logs, out);
        this.namespace = requests.getFirst().namespace();
    }

    /**
     * Runs the session until it is closed or interrupted.
     *
     * @throws IOException when the folder cannot be watched, or a port cannot be listened on
     */
    public void run() throws IOException, InterruptedException {
        synchronized (ends) {
            runner = Thread.currentThread();
        }
        try {
            watched();
        } catch (InterruptedException e) {
            if (!isClosed()) {
                throw e;
            }
        }
    }

    private boolean isClosed() {
        synchronized (ends) {
            return closed;
        }
    }

    private void watched() throws IOException, InterruptedException {
        Set<String> kept = new TreeSet<>();
        for (DeployRequest request : requests) {
            AppSpec app = request.app();
            String site = SyncPlan.of(app, "").root();
            String prefix = prefix(app);
            if (!site.isEmpty()) {
                kept.add(prefix.isEmpty() ? site : prefix + "/" + site);
            }
        }
        try (PodView view = new PodView(client, namespace, clock, this::podChanged, this::warned);
                FolderWatch watch = watch(kept, view)) {
            for (DeployRequest request : requests) {
                apps.add(new DevApp(request, client, access, view, clock));
            }
            for (DevApp app : apps) {
                cycle(app, view, Set.of(), clock.instant());
            }
            out.say("watching " + root + "; Ctrl-C ends it"
                    + (options.cleanup() ? " and deletes what was deployed" : ""));
            while (true) {
                PendingChanges.Batch batch = pending.take();
                if (!broken.isEmpty()) {
                    throw new DeliveryFailure(broken);
                }
                if (batch.paths().isEmpty()) {
                    return;
                }
                if (!Files.isDirectory(root)) {
                    throw new DeliveryFailure(root + " is gone, so there is nothing to watch");
                }
                for (DevApp app : apps) {
                    Set<String> own = of(app, batch.paths());
                    if (!own.isEmpty()) {
                        changed(app, view, own, batch.since());
                    }
                }
            }
        } finally {
            end();
        }
    }

    private FolderWatch watch(Set<String> kept, PodView view) {
        try {
            return FolderWatch.of(root, kept, new FolderWatch.Changed() {
                @Override
                public void path(String path) {
                    pending.add(path);
                    view.wake();
                }

                @Override
                public void failed(String why) {
                    broken = why;
                    pending.close();
                    view.wake();
                }
            });
        } catch (IOException e) {
            throw new DeliveryFailure(FolderWatch.problem(root, e));
        }
    }

    private String prefix(AppSpec app) {
        Path folder = app.folder().toAbsolutePath().normalize();
        return folder.startsWith(root) ? root.relativize(folder).toString() : "";
    }

    /** Of changed paths, those of an application, relative to its folder. */
    private Set<String> of(DevApp app, Set<String> paths) {
        String prefix = prefix(app.request().app());
        Set<String> own = new TreeSet<>();
        for (String path : paths) {
            if (prefix.isEmpty() || path.equals(FolderWatch.ANYTHING)) {
                own.add(path);
            } else if (path.startsWith(prefix + "/")) {
                own.add(path.substring(prefix.length() + 1));
            }
        }
        return own;
    }

    /** Without the temporary files by which editors replace others. */
    private static Set<String> lasting(DevApp app, Set<String> paths) {
        Path folder = app.request().app().folder();
        Set<String> there = new TreeSet<>(paths);
        there.removeIf(path -> Files.notExists(folder.resolve(path), LinkOption.NOFOLLOW_LINKS));
        return there.isEmpty() ? paths : there;
    }

    private void changed(DevApp app, PodView view, Set<String> paths, Instant since) throws InterruptedException {
        if (app.deployed() && app.plan().covers(paths) && copied(app, paths, since)) {
            return;
        }
        cycle(app, view, lasting(app, paths), since);
    }

    private boolean copied(DevApp app, Set<String> paths, Instant since) throws InterruptedException {
        List<Pod> pods = app.pods().stream()
                .filter(pod -> pod.status().phase().equals("Running"))
                .toList();
        if (pods.isEmpty()) {
            return false;
        }
        try {
            int containers = app.sync().copy(app.plan(), paths, pods);
            out.say(what(paths) + " → in " + containers + (containers == 1 ? " container" : " containers") + " after "
                    + seconds(since));
            return true;
        } catch (ContainerSync.NotPossible e) {
            out.warn(e.getMessage() + "; it is rolled out instead");
            return false;
        } catch (ImageFailure e) {
            out.warn(String.valueOf(e.getMessage()));
            return true;
        }
    }

    /** Builds, deploys, and waits for the answer of the new version. */
    private void cycle(DevApp app, PodView view, Set<String> paths, Instant since) throws InterruptedException {
        boolean first = !app.deployed();
        try {
            Deployer.Applied applied = deployer.apply(app.request(), changing(app));
            app.applied(applied);
            applied();
            for (MapValue deployment : app.deployments()) {
                view.follow(deployment.map("metadata").string("name"), this::podChanged);
            }
            app.forward(options.debug()).forEach(out::say);
            if (!first && applied.changed().isEmpty()) {
                out.say(what(paths) + " → nothing to deploy");
                return;
            }
            boolean answered = app.awaitAnswer(app.request().timeout(), pending::any);
            app.turnForwards();
            if (answered) {
                out.say((first ? app.name() : what(paths)) + " → answered in " + seconds(since));
            } else if (!pending.any()) {
                out.warn(app.name() + " is not ready after " + seconds(since) + "; what ran before goes on");
            }
        } catch (DeliveryFailure | ImageFailure e) {
            failed("", e);
        } catch (StatusException e) {
            failed("the cluster's API did not go along: ", e);
        } catch (TransportException e) {
            failed("lost the cluster: ", e);
        } catch (IOException e) {
            failed("a port cannot be forwarded: ", e);
        } finally {
            synchronized (ends) {
                applying = false;
            }
        }
    }

    private Deployer.Change changing(DevApp app) {
        UnaryOperator<MapValue> debugging = options.debug() ? DebugPort::into : object -> object;
        return new Deployer.Change() {
            @Override
            public MapValue of(MapValue manifest, Map<String, BuiltImage> images) {
                return SyncVolumes.into(debugging.apply(manifest), app.plan(images));
            }

            @Override
            public void begins(String name) {
                app.begins(name);
                synchronized (ends) {
                    applying = true;
                }
            }
        };
    }

    /** Objects were applied: from now on the session may end at any time. */
    private void applied() throws InterruptedException {
        synchronized (ends) {
            applying = false;
            if (closed) {
                throw new InterruptedException();
            }
        }
    }

    private void failed(String what, Exception e) throws InterruptedException {
        boolean source = e instanceof ImageFailure || e instanceof DeliveryFailure;
        synchronized (ends) {
            if (!closed && source) {
                ends.wait(MEANWHILE_MILLIS);
            }
            if (closed) { // a build that was ended on purpose has not failed
                throw new InterruptedException();
            }
        }
        if (!source || !pending.any()) { // what is built next may have been saved half
            out.warn(what + e.getMessage());
        }
    }

    private static String what(Set<String> paths) {
        List<String> shown = new ArrayList<>(paths);
        String more = shown.size() > SHOWN_PATHS ? " and " + (shown.size() - SHOWN_PATHS) + " more" : "";
        String names = String.join(", ", shown.subList(0, Math.min(SHOWN_PATHS, shown.size())));
        return "change of " + (names.equals(FolderWatch.ANYTHING) ? "many files" : names) + more;
    }

    private String seconds(Instant since) {
        return String.format(
                Locale.ROOT, "%.1f s", Duration.between(since, clock.instant()).toMillis() / 1000.0);
    }

    private void podChanged(Pod pod) {
        logs.pod(pod);
        for (DevApp app : apps) {
            if (app.sync().count() > 0 && app.owns(pod)) {
                Thread.startVirtualThread(() -> bringUpToDate(app, pod));
            }
        }
    }

    /** Copies what changed since the last deployment into a container that has started again. */
    private void bringUpToDate(DevApp app, Pod pod) {
        try {
            app.sync().started(pod);
        } catch (ContainerSync.NotPossible | ImageFailure e) {
            out.warn(String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void warned(Event event) {
        String name = event.involvedObject().name();
        boolean own = event.involvedObject().kind().equals("Pod")
                && apps.stream().noneMatch(app -> app.ends(name)) // one that ends fails its probes
                && apps.stream()
                        .flatMap(app -> app.deployments().stream())
                        .anyMatch(deployment ->
                                name.startsWith(deployment.map("metadata").string("name") + "-"));
        if (own) {
            logs.event(event);
        }
    }

    /** Has {@link #run} return, and ends a build that is going on. May be called from any thread, more than once. */
    @Override
    public void close() {
        synchronized (ends) {
            if (!closed && runner != null && !applying) {
                runner.interrupt();
            }
            closed = true;
            ends.notifyAll();
        }
        pending.close();
    }

    private void end() {
        synchronized (ends) {
            runner = null; // what is left to do is not interrupted
            Thread.interrupted();
        }
        logs.close();
        apps.forEach(DevApp::close);
        for (DevApp app : apps) {
            if (options.cleanup() && app.begun()) {
                Removal.delete(client, namespace, app.name()).forEach(out::say);
            } else if (app.sync().count() > 0) {
                out.say(app.sync().count() + " changed files of " + app.name()
                        + " are in its running containers alone: proa deploy puts them into its image");
            }
        }
    }
}
