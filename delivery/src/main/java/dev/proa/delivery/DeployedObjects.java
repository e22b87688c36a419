package dev.proa.delivery;

import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.delivery.config.DeliveryFailure;
import dev.proa.delivery.config.Strategy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The objects that are already deployed under an application's name, and their replacement. */
final class DeployedObjects {
    private final Client client;
    private final DeployRequest request;
    private final String app;
    private final Path project;
    private final @Nullable Inventory before;

    private DeployedObjects(
            Client client, DeployRequest request, String app, Path project, @Nullable Inventory before) {
        this.client = client;
        this.request = request;
        this.app = app;
        this.project = project;
        this.before = before;
    }

    /**
     * Finds what is deployed.
     *
     * @param manifests that will be applied
     * @throws DeliveryFailure when another folder was deployed under this name, or one of the objects is another application's
     */
    static DeployedObjects find(
            Client client, DeployRequest request, String app, Path project, List<MapValue> manifests) {
        String namespace = request.namespace();
        Inventory before = Inventory.find(client, namespace, app);
        if (before != null
                && !before.source().equals(project.toString())
                && Files.isDirectory(Path.of(before.source()))) {
            throw new DeliveryFailure("\"" + app + "\" was deployed from " + before.source() + ", and this is "
                    + project
                    + ", which would replace it: deploy this one beside it with --as NAME, or first: proa delete " + app
                    + (namespace.equals("default") ? "" : " -n " + namespace) + "\nNothing was built or changed.");
        }
        List<Inventory.Item> wanted =
                Inventory.of("", 0, Strategy.ROLLING, manifests).objects();
        for (String other : Inventory.apps(client, namespace)) {
            Inventory theirs = other.equals(app) ? null : Inventory.find(client, namespace, other);
            if (theirs == null) {
                continue;
            }
            for (Inventory.Item item : theirs.objects()) {
                if (wanted.contains(item) && !item.kind().equals("Namespace")) {
                    throw new DeliveryFailure(item.shown() + " is part of \"" + other + "\", which was deployed from "
                            + theirs.source() + ": give it another name in " + project.resolve("k8s")
                            + ", or deploy to another namespace with -n\nNothing was built or changed.");
                }
            }
        }
        return new DeployedObjects(client, request, app, project, before);
    }

    /** The port that its user gave now or in an earlier deployment; 0 for none. */
    int port() {
        return request.port() > 0 || before == null ? request.port() : before.port();
    }

    /** The strategy that its user gave now or in an earlier deployment. */
    Strategy strategy() {
        Strategy given = request.strategy();
        return given != null ? given : before == null ? Strategy.ROLLING : before.strategy();
    }

    /** A note for its user, if there is one. */
    Optional<String> note() {
        return before == null || before.source().equals(project.toString())
                ? Optional.empty()
                : Optional.of("note: \"" + app + "\" was deployed from " + before.source() + ", which is gone; it is "
                        + project + " from now on");
    }

    /** The objects that were deployed before and would be deleted now. */
    List<MapValue> orphans(List<MapValue> manifests) {
        List<MapValue> found = new ArrayList<>();
        for (Inventory.Item item : before == null || !request.prune()
                ? List.<Inventory.Item>of()
                : before.without(Inventory.of("", 0, Strategy.ROLLING, manifests))) {
            var live = item.kept() ? null : item.find(client);
            if (live != null) {
                found.add(live.value());
            }
        }
        return found;
    }

    /** Records what will be applied, so that it can be deleted even when the deployment ends on its way. */
    void expect(List<MapValue> manifests) {
        Inventory now = Inventory.of(project.toString(), port(), strategy(), manifests);
        List<Inventory.Item> earlier = before == null ? List.of() : before.without(now);
        if (before == null || !now.without(before).isEmpty()) {
            now.and(earlier).save(client, request.namespace(), app);
        }
    }

    private List<Inventory.Item> superseded(Inventory now) {
        return before == null
                ? List.of()
                : before.without(now).stream()
                        .filter(item -> StrategyManifests.supersedes(now.objects(), item))
                        .toList();
    }

    /** Deletes what belonged to another strategy. To be called once the objects in its place are ready. */
    void retire(List<MapValue> manifests, Progress progress) {
        Inventory now = Inventory.of(project.toString(), port(), strategy(), manifests);
        List<Inventory.Item> gone = superseded(now);
        if (before == null || gone.isEmpty()) {
            return;
        }
        for (Inventory.Item item : gone) {
            if (item.exists(client)) {
                item.delete(client);
                progress.detail(item.shown() + " deleted, for " + strategy() + " has taken its place");
            }
        }
        Inventory rest = now.and(before.without(now).stream()
                .filter(item -> !gone.contains(item) && item.exists(client))
                .toList());
        rest.save(client, request.namespace(), app);
    }

    /**
     * Records what was applied. Earlier objects that are no longer in the manifests are deleted if that was requested,
     * otherwise named.
     *
     * @return what was deleted, as {@code configmap/settings deleted}
     */
    List<String> replace(List<MapValue> manifests, Progress progress) {
        Inventory now = Inventory.of(project.toString(), port(), strategy(), manifests);
        List<Inventory.Item> orphans = before == null
                ? List.of()
                : before.without(now).stream()
                        .filter(item -> item.exists(client))
                        .toList();
        List<String> deleted = new ArrayList<>();
        List<Inventory.Item> left = new ArrayList<>(superseded(now));
        for (Inventory.Item orphan : orphans) {
            if (left.contains(orphan)) {
                continue; // it goes when what takes its place is ready
            }
            if (request.prune() && !orphan.kept()) {
                orphan.delete(client);
                deleted.add(orphan.shown() + " deleted");
                progress.detail(orphan.shown() + " deleted, for it is in no manifest any more");
            } else {
                left.add(orphan);
                progress.detail("note: " + orphan.shown() + " is in no manifest any more and stays in the cluster; "
                        + (orphan.kept()
                                ? "data may be in it, so delete it with kubectl"
                                : "delete such objects with --prune"));
            }
        }
        now.and(left).save(client, request.namespace(), app);
        return deleted;
    }
}
