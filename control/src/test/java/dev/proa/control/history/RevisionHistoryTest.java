package dev.proa.control.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.apps.v1.ControllerRevision;
import dev.proa.api.apps.v1.StatefulSet;
import dev.proa.api.core.v1.PodTemplateSpec;
import dev.proa.api.selector.LabelSelector;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.ResourceClient;
import dev.proa.control.history.RevisionHistory.Created;
import dev.proa.control.shared.Owners;
import dev.proa.control.shared.TestCluster;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RevisionHistoryTest {
    private static final StatefulSet WEB =
            StatefulSet.of("default", "web").withMetadata(m -> m.withUid("2d9f7a4e-0000-4000-8000-000000000001"));
    private static final LabelSelector SELECTOR = LabelSelector.ofLabels(Map.of("app", "web"));

    private final TestCluster cluster = new TestCluster();
    private final RevisionHistory history = new RevisionHistory(cluster.context.as("statefulset-controller"));
    private final ResourceClient<ControllerRevision> revisions =
            cluster.client.resource(ControllerRevision.KIND).in("default");

    @BeforeEach
    void start() throws Exception {
        cluster.start();
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private static PodTemplateSpec template(String app, String image) {
        return new PodTemplateSpec(MapValue.of(
                "metadata",
                MapValue.of("labels", MapValue.of("app", app)),
                "spec",
                MapValue.of("containers", ListValue.of(MapValue.of("name", "main", "image", image)))));
    }

    private static ControllerRevision revision(PodTemplateSpec template, long number, int collisions) {
        return Revisions.of(StatefulSet.KIND, WEB, template, number, collisions);
    }

    private Created create(String image, long number) {
        return history.create(collisions -> revision(template("web", image), number, collisions), 0);
    }

    private List<ControllerRevision> matching() {
        return history.matching(WEB, StatefulSet.KIND, SELECTOR, () -> true);
    }

    @Test
    void findsWhatIsThereAlreadyAndEvadesNamesOfOthers() {
        Created first = create("web:1", 1);
        assertThat(first.collisions()).isZero();
        assertThat(create("web:1", 2).revision().uid())
                .isEqualTo(first.revision().uid());

        ControllerRevision taken = revision(template("web", "web:2"), 2, 0);
        revisions.create(taken.withData(Revisions.data(template("web", "other"))));
        Created second = create("web:2", 2);
        assertThat(second.collisions()).isEqualTo(1);
        assertThat(second.revision().name()).isNotEqualTo(taken.name());
        assertThat(Revisions.template(second.revision())).isEqualTo(template("web", "web:2"));
    }

    @Test
    void givesANewNumberToWhatWasChangedMeanwhile() throws Exception {
        ControllerRevision old = create("web:1", 1).revision();
        revisions.update(old.withMetadata(m -> m.withAnnotations(Map.of("changed", "since"))));
        ControllerRevision renumbered = history.renumber(old, 7);
        assertThat(renumbered.revision()).isEqualTo(7);
        assertThat(renumbered.annotations()).containsKey("changed");
        assertThat(history.renumber(old, 7).resourceVersion()).isEqualTo(renumbered.resourceVersion());
    }

    @Test
    void listsItsOwnInOrderAndAdoptsOrphans() throws Exception {
        ControllerRevision second = create("web:2", 2).revision();
        ControllerRevision orphan = revisions.create(
                revision(template("web", "web:1"), 1, 0).withMetadata(m -> m.withOwnerReferences(List.of())));
        ControllerRevision unlike = history.create(n -> revision(template("else", "web:3"), 3, n), 0)
                .revision();
        cluster.awaitSeen(ControllerRevision.KIND, orphan);
        cluster.awaitSeen(ControllerRevision.KIND, unlike);

        assertThat(matching()).extracting(ControllerRevision::name).containsExactly(orphan.name(), second.name());
        assertThat(Owners.isControlledBy(revisions.get(orphan.name()), WEB)).isTrue();
        assertThat(Owners.isControlledBy(revisions.get(unlike.name()), WEB)).isTrue();

        history.claim(WEB, StatefulSet.KIND, SELECTOR, () -> true);
        assertThat(Owners.controllerOf(revisions.get(unlike.name()))).isNull();
    }

    @Test
    void deletesOnce() throws Exception {
        ControllerRevision old = create("web:1", 1).revision();
        history.delete(old);
        history.delete(old);
        assertThat(revisions.list()).isEmpty();
    }
}
