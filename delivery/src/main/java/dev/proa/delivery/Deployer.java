package dev.proa.delivery;

import dev.proa.api.apps.v1.Deployment;
import dev.proa.api.apps.v1.ReplicaSet;
import dev.proa.api.core.v1.Event;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Service;
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
import dev.proa.image.build.ProjectDetector;
import dev.proa.image.build.ProjectImageBuilder;
import dev.proa.image.store.ImageStore;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * {@code proa deploy}: builds an application, applies its manifests, follows the rollout and asks its URL. Blocks until it answered
 * or cannot. For one delivery at a time.
 */
public final class Deployer {
    private static final String TEMPLATE_HASH = "pod-template-hash";
    private static final Duration LOOK_EACH = Duration.ofMillis(50);
    /** Trouble that lasts this long is not going away by itself. */
    private static final Duration PATIENCE_WITH_TROUBLE = Duration.ofSeconds(20);

    private static final int LAST_LINES = 10;

    private final Client client;
    private final PodLogs logs;
    private final Build build;
    private final String host;
    private final Clock clock;
    private final Progress progress;

    /** Makes the image of the application in a folder. */
    interface Build {
        BuiltImage build(Path project, String name, Consumer<BuildEvent> events);
    }

    /**
     * @param images where the nodes find what is built
     * @param host on which node ports are reached from here; empty when they are not, and then no URL is asked
     */
    public Deployer(
            Client client,
            PodLogs logs,
            ImageStore images,
            BuildOptions build,
            String host,
            Clock clock,
            Progress progress) {
        this(
                client,
                logs,
                (project, name, events) -> ProjectImageBuilder.build(project, images, name, build, events),
                host,
                clock,
                progress);
    }

    Deployer(Client client, PodLogs logs, Build build, String host, Clock clock, Progress progress) {
        this.client = client;
        this.logs = logs;
        this.build = build;
        this.host = host;
        this.clock = clock;
        this.progress = progress;
    }

    /**
     * What can be seen to be wrong with a folder before anything is built or started.
     *
     * @return what is wrong and what to do; empty when all looks well
     */
    public static String check(Path folder) {
        try {
            Path project = folder.toAbsolutePath().normalize();
            AppName.of(ProjectDetector.detect(project));
            Manifests.read(project);
            return "";
        } catch (ImageFailure | DeliveryFailure e) {
            return String.valueOf(e.getMessage());
        }
    }

    /**
     * The manifests of a folder as YAML, that {@link #check} found nothing wrong with. The image is named as the application, and
     * generated ones expect it to listen on 8080.
     *
     * @param name of the application; empty for the folder's own
     * @throws IllegalArgumentException when that cannot be one; the message says what to do
     */
    public static String manifests(Path folder, String name) {
        Path project = folder.toAbsolutePath().normalize();
        String own = AppName.of(ProjectDetector.detect(project));
        try {
            return Manifests.read(project).yaml(AppName.chosen(name, own));
        } catch (DeliveryFailure e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /** Delivers. Whatever the user can mend is in the outcome; an interrupt ends it where it is. */
    public DeployOutcome deploy(DeployRequest request) throws InterruptedException {
        Path project = request.project().toAbsolutePath().normalize();
        try {
            String own = AppName.of(ProjectDetector.detect(project));
            String name = AppName.chosen(request.name(), own);
            Manifests manifests = Manifests.read(project);
            String imageName = manifests.isEmpty() ? name : own;
            List<MapValue> planned = manifests.finish(imageName, imageName, 8080, request.namespace());
            Deployed deployed = Deployed.find(client, request, name, project, planned);
            deployed.note().ifPresent(progress::detail);
            Preflight preflight = new Preflight(client, manifests::describe);
            preflight.claims(planned);
            preflight.namespaces(planned, request.createNamespace());
            progress.step("Building " + name);
            BuiltImage image = build.build(project, name, this::report);
            String reference = familiar(image.reference().toString());
            if (!image.unchanged()) {
                progress.detail("built " + reference);
            }
            if (!manifests.isEmpty() && !manifests.uses(own)) {
                progress.detail("note: no container in " + project.resolve("k8s") + " has the image \"" + own
                        + "\", so what was built is not used");
            }
            List<MapValue> objects = manifests.finish(imageName, reference, port(image), request.namespace());
            List<String> changed = apply(objects, manifests);
            changed.addAll(deployed.replace(objects, progress));
            Instant end = clock.instant().plus(request.timeout()); // a build takes as long as it takes
            for (MapValue manifest : objects) {
                if (manifest.string("kind").equals("Deployment")) {
                    follow(manifest, request.timeout(), end);
                }
            }
            List<String> warnings = new ArrayList<>(Unattended.warnings(objects));
            String url = answer(objects, end, warnings);
            warnings.forEach(warning -> progress.detail("warning: " + warning));
            return new DeployOutcome.Running(name, reference, url, changed, warnings);
        } catch (StatusException e) {
            return new DeployOutcome.Failed("the cluster's API did not go along: " + e.getMessage());
        } catch (TransportException e) {
            return new DeployOutcome.Failed("lost the cluster meanwhile: " + e.getMessage());
        } catch (ImageFailure | DeliveryFailure e) {
            return new DeployOutcome.Failed(String.valueOf(e.getMessage()));
        }
    }

    private void report(BuildEvent event) {
        progress.detail(event.message());
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

    private List<String> apply(List<MapValue> manifests, Manifests origin) {
        progress.step("Applying " + manifests.size() + (manifests.size() == 1 ? " manifest" : " manifests"));
        Applier applier = new Applier(client, origin::describe, origin.isEmpty());
        applier.check(manifests);
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

    private void follow(MapValue manifest, Duration timeout, Instant end) throws InterruptedException {
        String namespace = manifest.map("metadata").string("namespace");
        String name = manifest.map("metadata").string("name");
        progress.step("Rolling out " + name);
        Set<String> said = new HashSet<>();
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
            List<Pod> pods = podsOf(deployment);
            List<Trouble> troubles = Trouble.of(deployment, pods);
            Instant now = clock.instant();
            troubledSince = troubles.isEmpty() ? Instant.MAX : now.isBefore(troubledSince) ? now : troubledSince;
            boolean hopeless = !troubles.isEmpty()
                    && !troubledSince.plus(PATIENCE_WITH_TROUBLE).isAfter(now);
            if (state instanceof Rollout.Broken || hopeless) {
                throw new DeliveryFailure(explain(deployment, stuck(name, state), troubles, pods));
            }
            if (now.isAfter(end)) {
                String late =
                        "\"" + name + "\" is not rolled out after " + timeout.toSeconds() + " s (see --timeout): ";
                throw new DeliveryFailure(explain(deployment, late + message(state), troubles, pods));
            }
            Stream.concat(Stream.of(message(state)), troubles.stream().map(Trouble::brief))
                    .filter(said::add)
                    .forEach(progress::detail);
            clock.sleep(LOOK_EACH);
        }
    }

    private static String message(Rollout state) {
        return switch (state) {
            case Rollout.Broken broken -> broken.message();
            case Rollout.Going going -> going.message();
            case Rollout.Done done -> "done";
        };
    }

    private static String stuck(String name, Rollout state) {
        return state instanceof Rollout.Broken broken
                ? broken.message()
                : "the rollout of \"" + name + "\" does not get on: " + message(state);
    }

    private String explain(Deployment deployment, String first, List<Trouble> troubles, List<Pod> pods) {
        String name = deployment.name();
        String namespace = deployment.namespace();
        String in = namespace.equals("default") ? "" : " -n " + namespace;
        List<String> lines = new ArrayList<>(List.of(first));
        List<Trouble> reasons = troubles.isEmpty() ? Trouble.unready(pods) : troubles;
        reasons.forEach(reason -> lines.add("  " + heard(reason, namespace).text()));
        warnings(namespace, pods, !troubles.isEmpty()).forEach(warning -> lines.add("  " + warning));
        if (Rollout.hasOldPods(deployment)) {
            lines.add("Pods of the version before keep serving; to go back to it: kubectl rollout undo deployment/"
                    + name + in);
        }
        lines.add("Look closer with: kubectl describe deployment " + name + in + "; kubectl logs deployment/" + name
                + in);
        return String.join("\n", lines);
    }

    /** What it said when it ended is known; what still runs is asked for its log. */
    private Trouble heard(Trouble trouble, String namespace) {
        boolean mute = trouble.said().isEmpty()
                && !trouble.container().isEmpty()
                && !trouble.pods().isEmpty();
        return mute
                ? trouble.saying(logs.tail(namespace, trouble.pods().getFirst(), trouble.container(), LAST_LINES))
                : trouble;
    }

    /**
     * What the cluster itself has to say about pods, the last of each kind of trouble.
     *
     * @param known whether the containers' own states tell what failed
     */
    private List<String> warnings(String namespace, List<Pod> pods, boolean known) {
        Set<String> uids = pods.stream().map(Pod::uid).collect(Collectors.toSet());
        Map<String, String> last = new LinkedHashMap<>();
        for (Event event : client.resource(Event.KIND).in(namespace).list()) {
            boolean told = event.reason().equals("BackOff")
                    || event.reason().equals("FailedScheduling")
                    || known && event.reason().equals("Failed");
            if (event.type().equals("Warning")
                    && !told
                    && uids.contains(event.involvedObject().uid())) {
                last.put(event.reason(), event.reason() + ": " + event.message());
            }
        }
        return List.copyOf(last.values());
    }

    /** The pods of the deployment's present template: its own replica set is the one with its revision. */
    private List<Pod> podsOf(Deployment deployment) {
        String selector = labels(deployment.spec().selector().matchLabels());
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

    /** The URL of the first service that pods stand behind, once it has answered; empty when there is none. */
    private String answer(List<MapValue> manifests, Instant end, List<String> warnings) throws InterruptedException {
        for (MapValue manifest : manifests) {
            if (manifest.string("kind").equals("Service")) {
                Service service = client.resource(Service.KIND)
                        .in(manifest.map("metadata").string("namespace"))
                        .get(manifest.map("metadata").string("name"));
                String url = App.url(service, host);
                if (!url.isEmpty() && hasPods(service)) {
                    return answer(url, end);
                }
                if (!url.isEmpty()) {
                    warnings.add("service \"" + service.name() + "\" has no pods, so nothing answers at " + url);
                }
            }
        }
        return "";
    }

    /** Of one without a selector, its endpoints are somebody else's business. */
    private boolean hasPods(Service service) {
        Map<String, String> selector = service.spec().selector();
        return selector.isEmpty()
                || !client.resource(Pod.KIND)
                        .in(service.namespace())
                        .list(ListOptions.labels(labels(selector)))
                        .items()
                        .isEmpty();
    }

    private static String labels(Map<String, String> selector) {
        return selector.entrySet().stream()
                .map(label -> label.getKey() + "=" + label.getValue())
                .collect(Collectors.joining(","));
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
        throw new DeliveryFailure(url + " does not answer, though there are pods behind it: " + why);
    }
}
