package dev.proa.delivery;

import dev.proa.api.apps.v1.Deployment;
import dev.proa.api.apps.v1.ReplicaSet;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Service;
import dev.proa.api.core.v1.ServicePort;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.KubeObject;
import dev.proa.client.Client;
import dev.proa.client.ListOptions;
import dev.proa.client.Transport.TransportException;
import dev.proa.client.clock.Clock;
import dev.proa.image.ImageFailure;
import dev.proa.image.build.BuildEvent;
import dev.proa.image.build.BuildOptions;
import dev.proa.image.build.BuiltImage;
import dev.proa.image.build.ProjectImageBuilder;
import dev.proa.image.store.ImageStore;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * {@code proa deploy}: builds an application, applies its manifests, follows the rollout and asks its URL. Blocks until it answered
 * or cannot. For one delivery at a time.
 */
public final class Deployer {
    private static final String TEMPLATE_HASH = "pod-template-hash";
    private static final Duration LOOK_EACH = Duration.ofMillis(100);
    /** Trouble that lasts this long is not going away by itself. */
    private static final Duration PATIENCE_WITH_TROUBLE = Duration.ofSeconds(20);

    private final Client client;
    private final ImageStore images;
    private final BuildOptions build;
    private final String host;
    private final Clock clock;
    private final Progress progress;

    /**
     * @param images where the nodes find what is built
     * @param host on which node ports are reached from here
     */
    public Deployer(Client client, ImageStore images, BuildOptions build, String host, Clock clock, Progress progress) {
        this.client = client;
        this.images = images;
        this.build = build;
        this.host = host;
        this.clock = clock;
        this.progress = progress;
    }

    public DeployOutcome deploy(DeployRequest request) throws InterruptedException {
        Path project = request.project().toAbsolutePath().normalize();
        if (!Files.isDirectory(project)) {
            return new DeployOutcome.Failed(request.project() + " is not a folder");
        }
        Instant end = clock.instant().plus(request.timeout());
        try {
            String name = name(project);
            progress.step("Building " + name);
            BuiltImage image = ProjectImageBuilder.build(project, images, name, build, this::report);
            String reference = image.reference().toString();
            progress.detail((image.unchanged() ? "unchanged: " : "built ") + reference);
            List<MapValue> manifests =
                    Manifests.of(project, name, familiar(reference), port(image), request.namespace());
            List<String> changed = apply(manifests);
            for (MapValue manifest : manifests) {
                if (manifest.string("kind").equals("Deployment")) {
                    follow(manifest, end);
                }
            }
            return new DeployOutcome.Running(answer(manifests, end), changed);
        } catch (StatusException | TransportException e) {
            return new DeployOutcome.Failed("the cluster's API did not go along: " + e.getMessage());
        } catch (ImageFailure | DeliveryFailure e) {
            return new DeployOutcome.Failed(String.valueOf(e.getMessage()));
        }
    }

    private void report(BuildEvent event) {
        progress.detail(event.message());
    }

    /** The folder's name, made one that objects can have. */
    static String name(Path project) {
        String name = String.valueOf(project.getFileName())
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9-]+", "-")
                .replaceAll("^-+|-+$", "");
        if (name.isEmpty()) {
            throw new DeliveryFailure("the folder " + project + " gives the application no name: rename it");
        }
        return name.length() > 50 ? name.substring(0, 50).replaceAll("-+$", "") : name;
    }

    /** Without what is implied: {@code hello:1} for {@code docker.io/library/hello:1}. */
    private static String familiar(String reference) {
        String library = "docker.io/library/";
        return reference.startsWith(library) ? reference.substring(library.length()) : reference;
    }

    private static int port(BuiltImage image) {
        for (String port : image.image().config().exposedPorts()) {
            return Integer.parseInt(port.replaceAll("/.*", ""));
        }
        return 8080;
    }

    private List<String> apply(List<MapValue> manifests) {
        progress.step("Applying " + manifests.size() + " manifests");
        Applier applier = new Applier(client);
        List<String> changed = new ArrayList<>();
        for (MapValue manifest : manifests) {
            Applier.Change change = applier.apply(manifest);
            String line = Applier.describe(manifest) + " " + change;
            progress.detail(line);
            if (change != Applier.Change.UNCHANGED) {
                changed.add(line);
            }
        }
        return changed;
    }

    private void follow(MapValue manifest, Instant end) throws InterruptedException {
        String namespace = manifest.map("metadata").string("namespace");
        String name = manifest.map("metadata").string("name");
        progress.step("Rolling out " + name);
        String said = "";
        Instant troubledSince = Instant.MAX;
        while (true) {
            Deployment deployment =
                    client.resource(Deployment.KIND).in(namespace).find(name);
            if (deployment == null) {
                throw new DeliveryFailure("deployment \"" + name + "\" was deleted while it was rolled out");
            }
            Rollout state = Rollout.of(deployment);
            if (state instanceof Rollout.Done) {
                return;
            }
            List<String> troubles = Rollout.troubles(podsOf(deployment));
            Instant now = clock.instant();
            troubledSince = troubles.isEmpty() ? Instant.MAX : now.isBefore(troubledSince) ? now : troubledSince;
            boolean hopeless = !troubles.isEmpty()
                    && !troubledSince.plus(PATIENCE_WITH_TROUBLE).isAfter(now);
            if (state instanceof Rollout.Broken || hopeless || now.isAfter(end)) {
                throw new DeliveryFailure(explain(name, state, troubles));
            }
            if (state instanceof Rollout.Going going && !going.message().equals(said)) {
                said = going.message();
                progress.detail(said);
            }
            clock.sleep(LOOK_EACH);
        }
    }

    private static String explain(String name, Rollout state, List<String> troubles) {
        String what = switch (state) {
            case Rollout.Broken broken -> broken.message();
            case Rollout.Going going -> "the rollout of \"" + name + "\" does not get on: " + going.message();
            case Rollout.Done done -> "the rollout is done";
        };
        return what + troubles.stream().map(trouble -> "\n  " + trouble).collect(Collectors.joining())
                + "\nPods of the version before keep serving. Look closer with: kubectl describe deployment " + name;
    }

    /** The pods of the deployment's present template: its own replica set is the one with its revision. */
    private List<Pod> podsOf(Deployment deployment) {
        String selector = deployment.spec().selector().matchLabels().entrySet().stream()
                .map(label -> label.getKey() + "=" + label.getValue())
                .collect(Collectors.joining(","));
        String hash = client
                .resource(ReplicaSet.KIND)
                .in(deployment.namespace())
                .list(ListOptions.labels(selector))
                .items()
                .stream()
                .filter(set -> set.metadata().ownerReferences().stream()
                        .anyMatch(owner -> owner.uid().equals(deployment.uid())))
                .filter(set -> revision(set).equals(revision(deployment)))
                .map(set -> set.labels().getOrDefault(TEMPLATE_HASH, ""))
                .findFirst()
                .orElse("");
        return client.resource(Pod.KIND).in(deployment.namespace()).list(ListOptions.labels(selector)).items().stream()
                .filter(pod -> !pod.isDeleting())
                .filter(pod -> hash.equals(pod.labels().get(TEMPLATE_HASH)))
                .toList();
    }

    private static String revision(KubeObject object) {
        return object.annotations().getOrDefault("deployment.kubernetes.io/revision", "");
    }

    private String answer(List<MapValue> manifests, Instant end) throws InterruptedException {
        for (MapValue manifest : manifests) {
            if (manifest.string("kind").equals("Service")) {
                Service service = client.resource(Service.KIND)
                        .in(manifest.map("metadata").string("namespace"))
                        .get(manifest.map("metadata").string("name"));
                for (ServicePort port : service.spec().ports()) {
                    if (port.nodePort() > 0) {
                        return answer("http://" + host + ":" + port.nodePort(), end);
                    }
                }
            }
        }
        return "";
    }

    private String answer(String url, Instant end) throws InterruptedException {
        progress.step("Asking " + url);
        String why = "";
        while (clock.instant().isBefore(end)) {
            try {
                HttpURLConnection connection =
                        (HttpURLConnection) URI.create(url).toURL().openConnection();
                connection.setConnectTimeout(2_000);
                connection.setReadTimeout(10_000);
                connection.setRequestProperty("Connection", "close");
                int status = connection.getResponseCode();
                connection.disconnect();
                if (status < 500) {
                    progress.detail("answered " + status);
                    return url;
                }
                why = "it answers with status " + status;
            } catch (IOException e) {
                why = String.valueOf(e.getMessage());
            }
            clock.sleep(LOOK_EACH);
        }
        throw new DeliveryFailure("the pods are ready, but " + url + " does not answer: " + why);
    }
}
