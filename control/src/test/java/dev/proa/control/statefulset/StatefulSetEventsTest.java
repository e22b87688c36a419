package dev.proa.control.statefulset;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.apps.v1.StatefulSet;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.client.ObjectKey;
import dev.proa.client.informer.EventHandler;
import dev.proa.client.informer.Informer;
import dev.proa.client.informer.InformerFactory;
import dev.proa.client.reconcile.WorkQueue;
import dev.proa.control.shared.Expectations;
import dev.proa.control.shared.Owners;
import dev.proa.testing.FakeTransport;
import dev.proa.testing.SimulatedClock;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StatefulSetEventsTest {
    private final SimulatedClock clock = new SimulatedClock();

    /** It counts no more, although a finalizer holds it. */
    @Test
    void aFailedPodThatIsDeletedQueuesItsSet() throws Exception {
        Client client = new Client(new FakeTransport(clock));
        StatefulSet set = client.resource(StatefulSet.KIND).in("default").create(StatefulSet.of("default", "web"));
        try (InformerFactory informers = new InformerFactory(client, clock, new Random(1))) {
            Informer<StatefulSet> sets = informers.informer(StatefulSet.KIND);
            informers.start();
            informers.awaitSync();
            WorkQueue<ObjectKey> queue = WorkQueue.create(clock);
            EventHandler<Pod> handler = new StatefulSetEvents(sets, queue, new Expectations(clock)).ofPods();
            Pod failed = new Pod(MapValue.of(
                    "metadata",
                    MapValue.of(
                            "name",
                            "web-0",
                            "namespace",
                            "default",
                            "uid",
                            "u",
                            "ownerReferences",
                            ListValue.of(Owners.controllerReference(StatefulSet.KIND, set)
                                    .value())),
                    "status",
                    MapValue.of("phase", "Failed")));

            handler.updated(
                    failed,
                    new Pod(failed.value()
                            .withMap("metadata", m -> m.with("deletionTimestamp", "2026-01-01T00:00:00Z"))));

            assertThat(queue.poll()).isEqualTo(ObjectKey.of(set.value()));
        }
    }
}
