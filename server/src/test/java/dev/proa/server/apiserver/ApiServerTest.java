package dev.proa.server.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.status.Reason;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.auth.Authentication;
import dev.proa.server.auth.UserInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Each verb, asked in-process. */
class ApiServerTest {
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";
    private static final String PODS = "/api/v1/namespaces/default/pods";
    private static final String DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments";
    private static final String DEPLOYMENT = """
            metadata: {name: web}
            spec:
              replicas: 2
              selector: {matchLabels: {app: web}}
              template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: i}]}}
            """;
    private static final String POD =
            "{metadata: {name: p}, spec: {nodeName: node, containers: [{name: c, image: i}]}}";

    private final InProcess api = new InProcess();

    @AfterEach
    void stop() {
        api.close();
    }

    private static MapValue meta(MapValue object) {
        return object.map("metadata");
    }

    @Test
    void createGivesAnIdentity() {
        MapValue created = api.create(MAPS, "{metadata: {name: a}, data: {x: v}}");

        assertThat(meta(created).string("namespace")).isEqualTo("default");
        assertThat(meta(created).string("uid")).hasSize(36);
        assertThat(meta(created).string("creationTimestamp")).isEqualTo("2026-01-02T03:04:05Z");
        assertThat(created.string("apiVersion")).isEqualTo("v1");
        assertThat(api.get(MAPS + "/a")).isSameAs(created);
    }

    @Test
    void generatedNamesEndInFiveRandomCharacters() {
        MapValue created = api.create(MAPS, "{metadata: {generateName: a-}}");

        assertThat(meta(created).string("name")).matches("a-[bcdfghjklmnpqrstvwxz2456789]{5}");
    }

    @Test
    void dryRunChangesNothing() {
        long before = api.store.revision();

        api.create(MAPS + "?dryRun=All", "{metadata: {name: a}}");

        assertThat(api.failure("get", MAPS + "/a", null).code()).isEqualTo(404);
        assertThat(api.store.revision()).isEqualTo(before);
    }

    @Test
    void nothingIsCreatedInATerminatingNamespace() {
        api.create("/api/v1/namespaces", "{metadata: {name: ending}}");
        MapValue ending = api.delete("/api/v1/namespaces/ending");

        assertThat(ending.map("status").string("phase")).isEqualTo("Terminating");
        StatusException failure =
                api.failure("create", "/api/v1/namespaces/ending/configmaps", "{metadata: {name: a}}");
        assertThat(failure.getMessage())
                .isEqualTo(
                        "configmaps \"a\" is forbidden: unable to create new content in namespace ending because it is"
                                + " being terminated");
        assertThat(api.failure("create", "/api/v1/namespaces/ending/configmaps", "{metadata: {generateName: a-}}"))
                .hasMessageStartingWith("configmaps \"a-\" is forbidden: ");
    }

    @Test
    void aFinalizedNamespaceGoes() {
        api.create("/api/v1/namespaces", "{metadata: {name: ending}}");
        MapValue ending = api.delete("/api/v1/namespaces/ending");

        api.update("/api/v1/namespaces/ending/finalize", ending.withMap("spec", spec -> spec.without("finalizers")));

        assertThat(api.failure("get", "/api/v1/namespaces/ending", null).is(Reason.NotFound))
                .isTrue();
    }

    @Test
    void updateNeedsThePresentVersionOrNone() {
        MapValue first = api.create(MAPS, "{metadata: {name: a}}");
        api.update(MAPS + "/a", first.with("data", MapValue.of("x", "1")));

        StatusException failure = null;
        try {
            api.update(MAPS + "/a", first.with("data", MapValue.of("x", "2")));
        } catch (StatusException e) {
            failure = e;
        }
        assertThat(failure).isNotNull();
        assertThat(failure.is(Reason.Conflict)).isTrue();
        MapValue unconditional = first.withMap("metadata", m -> m.without("resourceVersion"));
        MapValue updated = api.update(MAPS + "/a", unconditional.with("data", MapValue.of("x", "3")));
        assertThat(updated.map("data").string("x")).isEqualTo("3");
        assertThat(meta(updated).string("uid")).isEqualTo(meta(first).string("uid"));
    }

    @Test
    void anUpdateThatChangesNothingIsNoRevision() {
        MapValue created = api.create(MAPS, "{metadata: {name: a}, data: {x: v}}");

        MapValue updated = api.update(MAPS + "/a", created);

        assertThat(updated).isSameAs(created);
    }

    @Test
    void generationCountsChangesOfTheSpec() {
        MapValue created = api.create(DEPLOYMENTS, DEPLOYMENT);
        assertThat(meta(created).integer("generation", 0)).isEqualTo(1);

        MapValue labelled = api.patch(DEPLOYMENTS + "/web", "merge-patch", "{metadata: {labels: {a: b}}}");
        assertThat(meta(labelled).integer("generation", 0)).isEqualTo(1);

        MapValue scaled = api.patch(DEPLOYMENTS + "/web", "strategic-merge-patch", "{spec: {replicas: 3}}");
        assertThat(meta(scaled).integer("generation", 0)).isEqualTo(2);
    }

    @Test
    void statusIsWrittenOnlyByItsSubresource() {
        MapValue created = api.create(DEPLOYMENTS, DEPLOYMENT);
        MapValue status = MapValue.of("observedGeneration", 1L, "replicas", 1L);

        MapValue main = api.update(DEPLOYMENTS + "/web", created.with("status", status));
        assertThat(main.map("status").integer("replicas", 0)).isZero();

        MapValue changed = api.update(
                DEPLOYMENTS + "/web/status",
                created.with("status", status).withMap("spec", spec -> spec.with("replicas", 9L)));
        assertThat(changed.map("status").integer("replicas", 0)).isEqualTo(1);
        assertThat(changed.map("spec").integer("replicas", 0)).isEqualTo(2);
    }

    @Test
    void scaleChangesTheReplicas() {
        api.create(DEPLOYMENTS, DEPLOYMENT);
        MapValue scale = api.get(DEPLOYMENTS + "/web/scale");
        assertThat(scale.map("status").string("selector")).isEqualTo("app=web");

        MapValue changed = api.update(DEPLOYMENTS + "/web/scale", scale.with("spec", MapValue.of("replicas", 5L)));

        assertThat(changed.map("spec").integer("replicas", 0)).isEqualTo(5);
        assertThat(api.get(DEPLOYMENTS + "/web").map("spec").integer("replicas", 0))
                .isEqualTo(5);
        api.patch(DEPLOYMENTS + "/web/scale", "merge-patch", "{spec: {replicas: 1}}");
        assertThat(api.get(DEPLOYMENTS + "/web").map("spec").integer("replicas", 0))
                .isEqualTo(1);
    }

    @Test
    void patchesApplyInThreeWays() {
        api.create(DEPLOYMENTS, DEPLOYMENT);

        api.patch(DEPLOYMENTS + "/web", "json-patch", "[{op: replace, path: /spec/replicas, value: 7}]");
        MapValue merged = api.patch(
                DEPLOYMENTS + "/web",
                "strategic-merge-patch",
                "{spec: {template: {spec: {containers: [{name: d, image: j}]}}}}");

        assertThat(merged.map("spec").integer("replicas", 0)).isEqualTo(7);
        assertThat(((MapValue) merged.at("spec", "template", "spec"))
                        .list("containers")
                        .size())
                .isEqualTo(2);
    }

    @Test
    void aPodOnANodeIsDeletedGracefully() {
        api.create(PODS, POD);

        MapValue marked = api.delete(PODS + "/p?gracePeriodSeconds=20");
        assertThat(meta(marked).string("deletionTimestamp")).isEqualTo("2026-01-02T03:04:25Z");
        assertThat(meta(marked).integer("deletionGracePeriodSeconds", 0)).isEqualTo(20);

        MapValue shorter = api.delete(PODS + "/p?gracePeriodSeconds=5");
        assertThat(meta(shorter).string("deletionTimestamp")).isEqualTo("2026-01-02T03:04:10Z");

        api.delete(PODS + "/p?gracePeriodSeconds=0");
        assertThat(api.failure("get", PODS + "/p", null).code()).isEqualTo(404);
    }

    @Test
    void aPodWithoutANodeGoesAtOnce() {
        api.create(PODS, POD.replace("nodeName: node, ", ""));

        api.delete(PODS + "/p");

        assertThat(api.failure("get", PODS + "/p", null).code()).isEqualTo(404);
    }

    @Test
    void finalizersKeepAnObjectUntilTheLastIsRemoved() {
        api.create(MAPS, "{metadata: {name: a, finalizers: [example.com/f]}}");

        MapValue marked = api.delete(MAPS + "/a");
        assertThat(meta(marked).has("deletionTimestamp")).isTrue();
        api.patch(MAPS + "/a", "merge-patch", "{metadata: {finalizers: null}}");

        assertThat(api.failure("get", MAPS + "/a", null).code()).isEqualTo(404);
    }

    @Test
    void propagationPoliciesBecomeFinalizers() {
        api.create(DEPLOYMENTS, DEPLOYMENT);
        MapValue foreground = api.call("delete", DEPLOYMENTS + "/web", MapValue.of("propagationPolicy", "Foreground"));
        assertThat(meta(foreground).list("finalizers")).containsExactly("foregroundDeletion");

        api.create(DEPLOYMENTS, DEPLOYMENT.replace("name: web", "name: other"));
        MapValue orphan = api.call("delete", DEPLOYMENTS + "/other", MapValue.of("propagationPolicy", "Orphan"));
        assertThat(meta(orphan).list("finalizers")).containsExactly("orphan");
    }

    @Test
    void deletionAnswersWithAStatusOrTheObject() {
        api.create(MAPS, "{metadata: {name: a}}");
        api.create(PODS, POD.replace("nodeName: node, ", ""));

        assertThat(api.delete(MAPS + "/a").string("status")).isEqualTo("Success");
        assertThat(api.delete(PODS + "/p").string("kind")).isEqualTo("Pod");
    }

    @Test
    void collectionsAreDeletedBySelector() {
        api.create(MAPS, "{metadata: {name: a, labels: {x: v}}}");
        api.create(MAPS, "{metadata: {name: b}}");

        MapValue deleted = api.call("deletecollection", MAPS + "?labelSelector=x%3Dv", null);

        assertThat(names(deleted)).containsExactly("a");
        assertThat(names(api.call("list", MAPS, null))).containsExactly("b");
    }

    private static List<String> names(MapValue list) {
        List<String> names = new ArrayList<>();
        ListValue items = list.list("items");
        for (int i = 0; i < items.size(); i++) {
            names.add(meta(items.map(i)).string("name"));
        }
        return names;
    }

    @Test
    void listsComeInPagesOfOneSnapshot() {
        for (String name : List.of("a", "b", "c", "d", "e")) {
            api.create(MAPS, "{metadata: {name: " + name + "}}");
        }
        MapValue first = api.call("list", MAPS + "?limit=2", null);
        assertThat(names(first)).containsExactly("a", "b");
        assertThat(meta(first).integer("remainingItemCount", 0)).isEqualTo(3);
        api.delete(MAPS + "/c");

        MapValue second =
                api.call("list", MAPS + "?limit=2&continue=" + meta(first).string("continue"), null);
        assertThat(names(second)).containsExactly("c", "d");
        MapValue last =
                api.call("list", MAPS + "?limit=2&continue=" + meta(second).string("continue"), null);
        assertThat(names(last)).containsExactly("e");
        assertThat(meta(last).has("continue")).isFalse();
        assertThat(meta(last).string("resourceVersion")).isEqualTo(meta(first).string("resourceVersion"));
    }

    @Test
    void thePastCanBeListedUntilItIsCompacted() {
        MapValue a = api.create(MAPS, "{metadata: {name: a}}");
        api.delete(MAPS + "/a");
        String past = MAPS + "?resourceVersionMatch=Exact&resourceVersion=" + meta(a).string("resourceVersion");

        assertThat(names(api.call("list", past, null))).containsExactly("a");
        api.store.compact(api.store.revision());
        assertThat(api.failure("list", past, null).is(Reason.Expired)).isTrue();
    }

    @Test
    void fieldsSelect() {
        api.create(PODS, POD);
        api.create(PODS, POD.replace("name: p", "name: q").replace("nodeName: node, ", ""));

        assertThat(names(api.call("list", "/api/v1/pods?fieldSelector=spec.nodeName%3Dnode", null)))
                .containsExactly("p");
        assertThat(names(api.call("list", PODS + "?fieldSelector=metadata.name%3Dq", null)))
                .containsExactly("q");
    }

    @Test
    void watchesBeginWithWhatIsThere() throws InterruptedException {
        api.create(MAPS, "{metadata: {name: a}}");
        try (WatchStream stream = api.watch(
                MAPS + "?sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true")) {
            List<WatchStream.Event> events = stream.next(Duration.ofSeconds(60));
            assertThat(events).extracting(WatchStream.Event::type).containsExactly("ADDED", "BOOKMARK");
            assertThat(((MapValue) meta(events.getLast().object()).get("annotations"))
                            .string("k8s.io/initial-events-end"))
                    .isEqualTo("true");
            api.create(MAPS, "{metadata: {name: b}}");
            assertThat(InProcess.events(stream, 1)).containsExactly("ADDED b");
        }
    }

    @Test
    void watchersSeeObjectsEnterAndLeaveTheirSelection() throws InterruptedException {
        try (WatchStream stream = api.watch(MAPS + "?labelSelector=x&resourceVersion=" + api.store.revision())) {
            api.create(MAPS, "{metadata: {name: a}}");
            api.patch(MAPS + "/a", "merge-patch", "{metadata: {labels: {x: v}}}");
            api.patch(MAPS + "/a", "merge-patch", "{data: {k: v}}");
            api.patch(MAPS + "/a", "merge-patch", "{metadata: {labels: {x: null}}}");
            api.delete(MAPS + "/a");

            assertThat(InProcess.events(stream, 3)).containsExactly("ADDED a", "MODIFIED a", "DELETED a");
        }
    }

    @Test
    void aWatchFromACompactedRevisionSaysSo() throws InterruptedException {
        api.create(MAPS, "{metadata: {name: a}}");
        api.create(MAPS, "{metadata: {name: b}}");
        api.store.compact(api.store.revision());
        try (WatchStream stream = api.watch(MAPS + "?resourceVersion=1")) {
            WatchStream.Event event = stream.next(Duration.ofSeconds(60)).getFirst();

            assertThat(event.type()).isEqualTo("ERROR");
            assertThat(event.object().integer("code", 0)).isEqualTo(410);
            assertThat(stream.next(Duration.ofSeconds(60))).isEmpty();
            assertThat(stream.ended()).isTrue();
        }
    }

    @Test
    void watchesEndAndMarkTheirPlace() throws InterruptedException {
        try (WatchStream stream = api.watch(
                MAPS + "?allowWatchBookmarks=true&timeoutSeconds=300&resourceVersion=" + api.store.revision())) {
            assertThat(stream.next(Duration.ZERO)).isEmpty();
            api.now = api.now.plusSeconds(61);
            assertThat(stream.next(Duration.ZERO))
                    .extracting(WatchStream.Event::type)
                    .containsExactly("BOOKMARK");
            api.now = api.now.plusSeconds(240);
            stream.next(Duration.ZERO);
            assertThat(stream.ended()).isTrue();
        }
    }

    @Test
    void aBindingGivesAPodToANode() {
        api.create(PODS, POD.replace("nodeName: node, ", ""));
        String binding = "{metadata: {name: p}, target: {kind: Node, name: m}}";

        api.create(PODS + "/p/binding", binding);

        MapValue pod = api.get(PODS + "/p");
        assertThat(pod.map("spec").string("nodeName")).isEqualTo("m");
        assertThat(pod.map("status").list("conditions").map(0).string("type")).isEqualTo("PodScheduled");
        StatusException again = api.failure("create", PODS + "/p/binding", binding);
        assertThat(again.getMessage())
                .isEqualTo(
                        "Operation cannot be fulfilled on pods/binding \"p\": pod p is already assigned to node \"m\"");
    }

    @Test
    void tokensSpeakForTheirServiceAccountWhileItIsThere() {
        MapValue answer = api.create(
                "/api/v1/namespaces/default/serviceaccounts/default/token", "{spec: {expirationSeconds: 3600}}");
        String token = answer.map("status").string("token");
        List<String> audience = List.of("https://kubernetes.default.svc.cluster.local");

        assertThat(api.tokens.authenticate(token, audience))
                .isInstanceOfSatisfying(
                        Authentication.Authenticated.class,
                        known -> assertThat(known.user().name()).isEqualTo("system:serviceaccount:default:default"));
        assertThat(api.tokens.authenticate(token, List.of("other")))
                .isEqualTo(new Authentication.Invalid(
                        "token audiences [\"https://kubernetes.default.svc.cluster.local\"] is invalid for the"
                                + " target audiences [\"other\"]"));
        assertThat(api.tokens.authenticate(token.substring(0, token.length() - 4) + "AAAA", audience))
                .isInstanceOf(Authentication.Invalid.class);
        api.now = api.now.plusSeconds(3660);
        assertThat(api.tokens.authenticate(token, audience))
                .isEqualTo(new Authentication.Invalid("service account token has expired"));
        api.now = api.now.minusSeconds(3660);
        api.delete("/api/v1/namespaces/default/serviceaccounts/default");
        assertThat(api.tokens.authenticate(token, audience))
                .isEqualTo(new Authentication.Invalid("serviceaccounts \"default\" not found"));
    }

    @Test
    void othersMayOnlyFindOutWhatThereIs() {
        UserInfo bob = UserInfo.of("bob");

        StatusException failure = null;
        try {
            api.ask(bob, "list", PODS, null, null);
        } catch (StatusException e) {
            failure = e;
        }
        assertThat(failure).isNotNull();
        assertThat(failure.getMessage())
                .isEqualTo("pods is forbidden: User \"bob\" cannot list resource \"pods\" in API group \"\" in the"
                        + " namespace \"default\"");
        assertThat(failure.code()).isEqualTo(403);
        assertThat(api.ask(bob, "get", "/apis", null, null).status()).isEqualTo(200);
        ApiResponse review = api.ask(
                bob,
                "create",
                "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
                MapValue.of("spec", MapValue.of("resourceAttributes", MapValue.of("verb", "list", "resource", "pods"))),
                null);
        assertThat(((ApiResponse.One) review.body()).value().map("status").bool("allowed"))
                .isFalse();
    }

    @Test
    void anApplyInABinaryFormatIsRefused() {
        StatusException failure = null;
        try {
            api.ask(
                    InProcess.MASTER,
                    "patch",
                    MAPS + "/a",
                    MapValue.of("metadata", MapValue.of("name", "a")),
                    "application/apply-patch+cbor");
        } catch (StatusException e) {
            failure = e;
        }
        assertThat(failure).isNotNull();
        assertThat(failure.code()).isEqualTo(415);
        assertThat(failure.getMessage()).isEqualTo("415: Unsupported Media Type");
    }

    @Test
    void theSameObjectAgainRaisesNoGeneration() {
        String path = "/apis/apps/v1/namespaces/default/deployments";
        MapValue same = dev.proa.api.codec.Yaml.decodeMap("""
                metadata: {name: same}
                spec:
                  paused: false
                  selector: {matchLabels: {a: b}}
                  template: {metadata: {labels: {a: b}}, spec: {hostNetwork: false, containers: [{name: c, image: x, tty: false}]}}
                """);
        api.call("create", path, same);
        MapValue again = api.update(path + "/same", same);
        assertThat(again.map("metadata").integer("generation", 0)).isEqualTo(1);
    }

    @Test
    void aMicroTimeHasSixDigits() {
        String leases = "/apis/coordination.k8s.io/v1/namespaces/default/leases";

        assertThat(api.failure("create", leases, "{metadata: {name: l}, spec: {renewTime: '2026-01-02T03:04:05Z'}}"))
                .hasMessageContaining("parsing time \"2026-01-02T03:04:05Z\" as \"2006-01-02T15:04:05.000000Z07:00\":"
                        + " cannot parse \"Z\" as \".000000\"");
        assertThat(api.failure(
                        "create", leases, "{metadata: {name: l}, spec: {renewTime: '2026-01-02T03:04:05.1234567Z'}}"))
                .hasMessageContaining("cannot parse \"7Z\" as \"Z07:00\"");
        assertThat(api.failure("create", leases, "{metadata: {name: l}, spec: {renewTime: '2026-01-02T03:04Z'}}"))
                .hasMessageContaining("cannot parse \"\" as \".000000\"");
        MapValue lease = api.create(leases, "{metadata: {name: l}, spec: {renewTime: '2026-01-02T03:04:05.123456Z'}}");
        assertThat(lease.map("spec").string("renewTime")).isEqualTo("2026-01-02T03:04:05.123456Z");
    }
}
