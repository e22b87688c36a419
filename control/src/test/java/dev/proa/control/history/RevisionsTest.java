package dev.proa.control.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.apps.v1.ControllerRevision;
import dev.proa.api.apps.v1.StatefulSet;
import dev.proa.api.codec.Json;
import dev.proa.api.core.v1.PodTemplateSpec;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RevisionsTest {
    private static final StatefulSet WEB = StatefulSet.of("default", "web")
            .withMetadata(m -> m.withUid("u").withAnnotations(Map.of("why", "a change")));

    private static PodTemplateSpec template(String image) {
        return new PodTemplateSpec(MapValue.of(
                "metadata",
                MapValue.of("labels", MapValue.of("app", "web")),
                "spec",
                MapValue.of("containers", ListValue.of(MapValue.of("name", "main", "image", image)))));
    }

    private static ControllerRevision revision(String name, long number) {
        return ControllerRevision.of("default", name).withRevision(number);
    }

    @Test
    void holdsTheTemplateAsAPatchThatReplacesIt() {
        ControllerRevision revision = Revisions.of(StatefulSet.KIND, WEB, template("web:1"), 3, 0);
        assertThat(Json.toString(revision.data())).isEqualTo("""
                {"spec":{"template":{"$patch":"replace","metadata":{"labels":{"app":"web"}},\
                "spec":{"containers":[{"image":"web:1","name":"main"}]}}}}""");
        assertThat(Revisions.template(revision)).isEqualTo(template("web:1"));
        assertThat(revision.revision()).isEqualTo(3);
        String hash = revision.labels().get(Revisions.HASH_LABEL);
        assertThat(revision.name()).isEqualTo("web-" + hash);
        assertThat(revision.labels()).containsEntry("app", "web");
        assertThat(revision.annotations()).containsEntry("why", "a change");
        assertThat(revision.metadata().ownerReferences().getFirst().uid()).isEqualTo("u");
    }

    @Test
    void hashesTellTemplatesAndCollisionsApart() {
        String hash = Revisions.hash(Revisions.data(template("web:1")), 0);
        assertThat(hash).matches("[bcdfghjklmnpqrstvwxz2456789]+");
        assertThat(Revisions.hash(Revisions.data(template("web:2")), 0)).isNotEqualTo(hash);
        assertThat(Revisions.hash(Revisions.data(template("web:1")), 1)).isNotEqualTo(hash);
    }

    /** Recorded from kube-controller-manager 1.36.3. */
    @Test
    void namesRevisionsAsKubernetesDoes() {
        MapValue data = Json.decodeMap("""
                {"spec":{"template":{"$patch":"replace","metadata":{"annotations":{"q":"a<b&c>d"},"labels":{"app":"web"}},"spec":{\
                "containers":[{"image":"web:1","imagePullPolicy":"IfNotPresent","name":"main","resources":{},\
                "terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File"}],"dnsPolicy":"ClusterFirst",\
                "restartPolicy":"Always","schedulerName":"default-scheduler","securityContext":{},\
                "terminationGracePeriodSeconds":30}}}}""");
        assertThat(Revisions.hash(data, 0)).isEqualTo("5f64b6d5c7");
    }

    @Test
    void shortensNames() {
        assertThat(Revisions.name("a".repeat(253), "hash")).hasSize(228).endsWith("a-hash");
    }

    @Test
    void emptyBesideAbsentMeansTheSame() {
        ControllerRevision revision = Revisions.of(StatefulSet.KIND, WEB, template("web:1"), 1, 0);
        PodTemplateSpec wordy = template("web:1").withSpec(spec -> spec.withNodeSelector(Map.of()));
        assertThat(Revisions.isOf(revision, Revisions.data(template("web:1")))).isTrue();
        assertThat(Revisions.isOf(revision, Revisions.data(wordy))).isFalse();
        assertThat(Revisions.isLike(revision, Revisions.data(wordy))).isTrue();
        assertThat(Revisions.isLike(revision, Revisions.data(template("web:2"))))
                .isFalse();
    }

    @Test
    void deletesTheOldestThatNobodyUses() {
        List<ControllerRevision> all = List.of(revision("c", 3), revision("a", 1), revision("d", 4), revision("b", 2));
        assertThat(Revisions.next(all)).isEqualTo(5);
        assertThat(Revisions.next(List.of())).isEqualTo(1);
        Set<String> live = Set.of("a", "d");
        assertThat(Revisions.expired(all, revision -> live.contains(revision.name()), 1))
                .extracting(ControllerRevision::name)
                .containsExactly("b");
        assertThat(Revisions.expired(all, revision -> live.contains(revision.name()), 5))
                .extracting(ControllerRevision::name)
                .containsExactly("b", "c");
        assertThat(Revisions.expired(all, revision -> false, -1)).isEmpty();
    }
}
