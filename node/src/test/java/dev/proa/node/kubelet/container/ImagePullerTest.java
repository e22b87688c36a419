package dev.proa.node.kubelet.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.proa.api.codec.GoText;
import dev.proa.api.core.v1.Event;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Secret;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.client.reconcile.EventRecorder;
import dev.proa.client.supervision.Supervisor;
import dev.proa.node.cri.Conditions;
import dev.proa.node.cri.ImageService;
import dev.proa.node.cri.ImageService.Image;
import dev.proa.node.cri.RuntimeFailure;
import dev.proa.node.kubelet.object.ReferencedObjects;
import dev.proa.node.kubelet.pod.TestPods;
import dev.proa.node.metrics.KubeletMetrics;
import dev.proa.testing.FakeTransport;
import dev.proa.testing.SimulatedClock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reasons, messages and events as Kubernetes' kubelet has them. */
class ImagePullerTest {
    private static final String BACK_OFF = "Back-off pulling image \"registry.invalid/absent:1\"";

    private final SimulatedClock clock = new SimulatedClock();
    private final Client client = new Client(new FakeTransport(clock));
    private final EventRecorder events = new EventRecorder(client, clock, "kubelet", "node-1");
    private final ReferencedObjects references = new ReferencedObjects(
            client, new Supervisor(clock, new SplittableRandom(3)), clock, new SplittableRandom(1), uid -> {});
    private final AtomicInteger pulls = new AtomicInteger();
    private final ConcurrentHashMap<String, Image> present = new ConcurrentHashMap<>();
    /** Who may pull, as user:password; empty for nobody. */
    private String allowed = "";

    private ImagePuller images;

    private final KubeletMetrics metrics = new KubeletMetrics("node-1");

    @TempDir
    Path directory;

    @BeforeEach
    void open() {
        images = new ImagePuller(new OneRegistry(), references, events, metrics.pods(), clock, directory);
    }

    @AfterEach
    void close() {
        references.close();
        events.close();
        client.close();
    }

    private static Pod pod(String policy) {
        return TestPods.of("{\"containers\": [{\"name\": \"main\", \"image\": \"registry.invalid/absent:1\", "
                + "\"imagePullPolicy\": \"" + policy + "\"}]}");
    }

    private StartFailure failure(Pod pod) {
        return catchThrowableOfType(
                StartFailure.class,
                () -> images.ensure(pod, pod.spec().containers().getFirst()));
    }

    private void sent(String... expected) {
        Conditions.await(
                "the events " + List.of(expected),
                () -> client.resource(Event.KIND).in("n").list().stream()
                        .map(event -> event.reason() + ": " + event.message())
                        .toList()
                        .containsAll(List.of(expected)));
    }

    @Test
    void saysThatThePullFailedAndThatItWaits() {
        Pod pod = pod("IfNotPresent");

        assertThat(failure(pod)).hasMessage("no such host").returns("ErrImagePull", failure -> failure.reason());
        clock.advance(Duration.ofSeconds(9));
        assertThat(failure(pod))
                .hasMessage(BACK_OFF + ": ErrImagePull: no such host")
                .returns("ImagePullBackOff", failure -> failure.reason());
        assertThat(pulls).hasValue(1);
        clock.advance(Duration.ofSeconds(2));
        assertThat(failure(pod).reason()).isEqualTo("ErrImagePull");
        clock.advance(Duration.ofSeconds(19));
        assertThat(failure(pod).reason()).isEqualTo("ImagePullBackOff");
        assertThat(pulls).hasValue(2);
        sent(
                "Pulling: Pulling image \"registry.invalid/absent:1\"",
                "Failed: Failed to pull image \"registry.invalid/absent:1\": no such host",
                "Failed: Error: ErrImagePull",
                "BackOff: " + BACK_OFF,
                "Failed: Error: ImagePullBackOff");

        images.forget(pod.uid());
        assertThat(failure(pod).reason()).isEqualTo("ErrImagePull");
    }

    @Test
    void doesNotPullWhatIsNeverToBePulled() {
        assertThat(failure(pod("Never")).reason()).isEqualTo("ErrImageNeverPull");
        assertThat(pulls).hasValue(0);
        sent(
                "ErrImageNeverPull: Container image \"registry.invalid/absent:1\" is not present with pull policy of "
                        + "Never",
                "Failed: Error: ErrImageNeverPull");
    }

    @Test
    void theImageOfAVolumeIsPulledAsItsPolicySays() {
        for (String policy : new String[] {"Always", "IfNotPresent"}) {
            int before = pulls.get();
            StartFailure failure =
                    volumeFailure("registry.invalid/data-" + policy.toLowerCase(Locale.ROOT) + ":1", policy);
            assertThat(failure).hasMessage("no such host").returns("ErrImagePull", each -> each.reason());
            assertThat(pulls).hasValue(before + 1);
        }
        assertThat(volumeFailure("registry.invalid/data:1", "Never").reason()).isEqualTo("ErrImageNeverPull");
        assertThat(volumeFailure("", "IfNotPresent").reason()).isEqualTo("InvalidImageName");
        sent(
                "Failed: Failed to pull image \"registry.invalid/data-always:1\": no such host",
                "Failed: Error: ErrImagePull");
        Conditions.await(
                "an event about the pod itself",
                () -> client.resource(Event.KIND).in("n").list().stream()
                        .anyMatch(event -> event.reason().equals("Pulling")
                                && event.involvedObject().fieldPath().isEmpty()));
    }

    private StartFailure volumeFailure(String reference, String policy) {
        Pod pod = TestPods.of(
                "{\"containers\": [{\"name\": \"main\", \"image\": \"i\", \"volumeMounts\": [{\"name\": \"v\","
                        + " \"mountPath\": \"/v\"}]}], \"volumes\": [{\"name\": \"v\", \"image\": {\"reference\": \""
                        + reference
                        + "\", \"pullPolicy\": \"" + policy
                        + "\"}}, {\"name\": \"unused\", \"image\": {\"reference\": \"u\"}}]}");
        return catchThrowableOfType(
                StartFailure.class,
                () -> images.ensureVolumes(pod, pod.spec().containers().getFirst()));
    }

    private static Pod wanting(String image, String policy, String... secrets) {
        return TestPods.of("{\"containers\": [{\"name\": \"main\", \"image\": \"" + image
                + "\", \"imagePullPolicy\": \"" + policy + "\"}], \"imagePullSecrets\": ["
                + Stream.of(secrets).map(name -> "{\"name\": \"" + name + "\"}").collect(Collectors.joining(","))
                + "]}");
    }

    private @Nullable String outcome(Pod pod) {
        StartFailure failure = failure(pod);
        return failure == null ? null : failure.reason();
    }

    private void secret(String name, String user) {
        String login = "{\"auths\": {\"registry.example\": {\"username\": \"" + user + "\", \"password\": \"pass\"}}}";
        client.resource(Secret.KIND)
                .in("n")
                .create(new Secret(MapValue.of(
                        "metadata",
                        MapValue.of("name", name, "namespace", "n"),
                        "type",
                        "kubernetes.io/dockerconfigjson",
                        "data",
                        MapValue.of(
                                ".dockerconfigjson",
                                Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8))))));
    }

    @Test
    void alwaysAsksTheRegistry() {
        allowed = "anybody";
        assertThat(outcome(wanting("app:1", "Always"))).isNull();
        assertThat(outcome(wanting("app:1", "Always"))).isNull();
        assertThat(pulls).hasValue(2);
        assertThat(outcome(wanting("app:1", "IfNotPresent"))).isNull();
        assertThat(outcome(wanting("app:1", "Never"))).isNull();
        assertThat(pulls).hasValue(2);
        sent(
                "Pulled: Successfully pulled image \"app:1\" in 0s (0s including waiting). Image size: 7 bytes.",
                "Pulled: Container image \"app:1\" already present on machine and can be accessed by the pod");
    }

    @Test
    void whatWasPulledWithASecretIsForPodsWithIt() {
        secret("old", "old");
        secret("jane", "jane");
        allowed = "jane:pass";
        String image = "registry.example/app:1";
        assertThat(outcome(wanting(image, "IfNotPresent", "old", "jane"))).isNull();
        assertThat(pulls).as("one for each of the credentials").hasValue(2);

        assertThat(outcome(wanting(image, "IfNotPresent", "jane"))).isNull();
        assertThat(outcome(wanting(image, "Never", "jane"))).isNull();
        assertThat(pulls).hasValue(2);
        assertThat(outcome(wanting(image, "Never"))).isEqualTo("ErrImageNeverPull");
        assertThat(outcome(wanting(image, "IfNotPresent"))).isEqualTo("ErrImagePull");
        assertThat(pulls).hasValue(3);

        open();
        assertThat(outcome(wanting(image, "Never"))).as("after a restart").isEqualTo("ErrImageNeverPull");
        assertThat(outcome(wanting(image, "Never", "jane"))).isNull();
        allowed = "anybody";
        assertThat(outcome(wanting(image, "IfNotPresent"))).isNull();
        assertThat(outcome(wanting(image, "Never")))
                .as("once it was pulled without")
                .isNull();
    }

    @Test
    void whatDidNotComeByAPullIsForEveryPod() {
        present.put("built:1", new OneRegistry().image("built:1"));
        assertThat(outcome(wanting("built:1", "Never"))).isNull();
        assertThat(outcome(wanting("built:1", "IfNotPresent"))).isNull();
        assertThat(pulls).hasValue(0);
    }

    @Test
    void saysWhatIsWrongWithANameOrTheRuntime() {
        assertThat(failure(wanting("App:1", "Never")))
                .hasMessage("Failed to apply default image tag \"App:1\": couldn't parse image name \"App:1\": invalid"
                        + " reference format: repository name (library/App) must be lowercase")
                .returns("InvalidImageName", failure -> failure.reason());
        assertThat(failure(wanting("a b", "Always")))
                .hasMessageEndingWith("couldn't parse image name \"a b\": invalid reference format");
        assertThat(failure(wanting("a".repeat(64), "Always")))
                .hasMessageEndingWith("cannot specify 64-byte hexadecimal strings");
        present.put("broken:1", new Image("", List.of(), List.of(), 0, "", Map.of()));
        assertThat(failure(wanting("broken:1", "IfNotPresent")))
                .hasMessage("Failed to inspect image \"\": the store is broken")
                .returns("ImageInspectError", failure -> failure.reason());
        sent("InspectFailed: Failed to inspect image \"\": the store is broken", "Failed: Error: ImageInspectError");
    }

    @Test
    void printsDurationsAsGoDoes() {
        assertThat(Stream.of(0, 7, 999, 1000, 1200, 61_034, 3_600_000)
                        .map(millis -> GoText.duration(Duration.ofMillis(millis))))
                .containsExactly("0s", "7ms", "999ms", "1s", "1.2s", "1m1.034s", "1h0m0s");
    }

    /** Of one registry, which gives any image to whom {@code allowed} says. */
    private final class OneRegistry implements ImageService {
        @Override
        public @Nullable Image find(String reference) {
            for (var entry : present.entrySet()) {
                if (entry.getKey().equals(reference) || entry.getValue().id().equals(reference)) {
                    if (entry.getValue().id().isEmpty()) {
                        throw new RuntimeFailure(RuntimeFailure.Reason.INTERNAL, "the store is broken");
                    }
                    return entry.getValue();
                }
            }
            return null;
        }

        @Override
        public String pull(String reference, @Nullable Credentials credentials) {
            pulls.incrementAndGet();
            String who = credentials == null ? "" : credentials.user() + ":" + credentials.password();
            if (!allowed.equals("anybody") && (allowed.isEmpty() || !allowed.equals(who))) {
                throw new RuntimeFailure(RuntimeFailure.Reason.NOT_FOUND, "no such host");
            }
            return present.computeIfAbsent(reference, this::image).id();
        }

        private Image image(String reference) {
            return new Image("id of " + reference, List.of(reference), List.of(), 7, "", Map.of());
        }

        @Override
        public List<Image> list() {
            return List.copyOf(present.values());
        }

        @Override
        public void remove(String reference) {}
    }
}
