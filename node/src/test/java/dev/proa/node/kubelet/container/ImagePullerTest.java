package dev.proa.node.kubelet.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.proa.api.core.v1.Event;
import dev.proa.api.core.v1.Pod;
import dev.proa.client.Client;
import dev.proa.client.reconcile.EventRecorder;
import dev.proa.client.supervision.Supervisor;
import dev.proa.node.cri.Conditions;
import dev.proa.node.cri.ImageService;
import dev.proa.node.cri.RuntimeFailure;
import dev.proa.node.kubelet.object.ReferencedObjects;
import dev.proa.node.kubelet.pod.TestPods;
import dev.proa.testing.FakeTransport;
import dev.proa.testing.SimulatedClock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Reasons, messages and events as Kubernetes' kubelet has them. */
class ImagePullerTest {
    private static final String BACK_OFF = "Back-off pulling image \"registry.invalid/absent:1\"";

    private final SimulatedClock clock = new SimulatedClock();
    private final Client client = new Client(new FakeTransport(clock));
    private final EventRecorder events = new EventRecorder(client, clock, "kubelet", "node-1");
    private final ReferencedObjects references = new ReferencedObjects(
            client, new Supervisor(clock, new SplittableRandom(3)), clock, new SplittableRandom(1), uid -> {});
    private final AtomicInteger pulls = new AtomicInteger();
    private final ImagePuller images = new ImagePuller(new NoImages(), references, events, clock);

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

    /** As a node without a way out. */
    private final class NoImages implements ImageService {
        @Override
        public @Nullable Image find(String reference) {
            return null;
        }

        @Override
        public String pull(String reference, @Nullable Credentials credentials) {
            pulls.incrementAndGet();
            throw new RuntimeFailure(RuntimeFailure.Reason.NOT_FOUND, "no such host");
        }

        @Override
        public List<Image> list() {
            return List.of();
        }

        @Override
        public void remove(String reference) {}
    }
}
