package dev.proa.control.garbage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.apiextensions.v1.CustomResourceDefinition;
import dev.proa.api.codec.Yaml;
import dev.proa.api.core.v1.ConfigMap;
import dev.proa.api.core.v1.Secret;
import dev.proa.api.meta.v1.DeleteOptions;
import dev.proa.api.meta.v1.OwnerReference;
import dev.proa.api.rbac.v1.ClusterRole;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.AnyObject;
import dev.proa.api.view.Kind;
import dev.proa.client.ResourceClient;
import dev.proa.client.Retry;
import dev.proa.client.clock.Clock;
import dev.proa.control.shared.TestCluster;
import dev.proa.testing.Await;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GarbageCollectorTest {
    private final TestCluster cluster = new TestCluster();
    private final ResourceClient<Secret> owners =
            cluster.client.resource(Secret.KIND).in("default");
    private final ResourceClient<ConfigMap> maps =
            cluster.client.resource(ConfigMap.KIND).in("default");

    @BeforeEach
    void start() throws Exception {
        cluster.informers.informer(
                Secret.KIND); // the collector takes those that are there, so that awaitSeen waits for it
        cluster.informers.informer(ConfigMap.KIND);
        cluster.start(GarbageCollector::new);
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private static OwnerReference reference(String kind, String name, String uid, boolean blocks) {
        return new OwnerReference(
                MapValue.of("apiVersion", "v1", "kind", kind, "name", name, "uid", uid, "blockOwnerDeletion", blocks));
    }

    private ConfigMap owned(String name, boolean blocks, Secret... by) {
        return maps.create(ConfigMap.of("default", name)
                .withMetadata(m -> m.withOwnerReferences(java.util.Arrays.stream(by)
                        .map(owner -> reference("Secret", owner.name(), owner.uid(), blocks))
                        .toList())));
    }

    @Test
    void followsCustomResourcesFromTheirDefinitionToItsEnd() throws Exception {
        ResourceClient<CustomResourceDefinition> definitions = cluster.client.resource(CustomResourceDefinition.KIND);
        definitions.create(new CustomResourceDefinition(Yaml.decodeMap("""
                metadata: {name: owners.example.com}
                spec:
                  group: example.com
                  scope: Namespaced
                  names: {plural: owners, kind: Owner}
                  versions:
                    - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}
                """)));
        Kind<AnyObject> kind = Kind.any("example.com", "v1", "Owner", "owners", true);
        ResourceClient<AnyObject> customs = cluster.client.resource(kind).in("default");
        Await.until("owners are served", () -> {
            try {
                return customs.list().isEmpty();
            } catch (StatusException e) {
                return false;
            }
        });
        for (String name : List.of("a", "b")) {
            AnyObject custom = customs.create(kind.of("default", name));
            maps.create(ConfigMap.of("default", "of-" + name)
                    .withMetadata(m -> m.withOwnerReferences(List.of(new OwnerReference(MapValue.of(
                            "apiVersion", "example.com/v1", "kind", "Owner", "name", name, "uid", custom.uid()))))));
        }

        customs.delete("a");
        Await.until("what a owned is gone", () -> maps.find("of-a") == null);
        assertThat(maps.find("of-b")).isNotNull();
        definitions.delete("owners.example.com");
        Await.until("what b owned is gone", () -> maps.find("of-b") == null);
    }

    private Secret owner(String name) {
        return owners.create(Secret.of("default", name));
    }

    private static DeleteOptions policy(String policy) {
        return DeleteOptions.EMPTY.withPropagationPolicy(policy);
    }

    @Test
    void deletesWhatAGoneOwnerLeavesAndNothingElse() throws Exception {
        Secret a = owner("a");
        Secret b = owner("b");
        owned("of-a", true, a);
        owned("of-both", true, a, b);
        maps.create(ConfigMap.of("default", "free"));
        ConfigMap chained = maps.get("of-a");
        maps.create(ConfigMap.of("default", "grandchild")
                .withMetadata(
                        m -> m.withOwnerReferences(List.of(reference("ConfigMap", "of-a", chained.uid(), true)))));
        owners.delete("a");
        Await.until("both generations are gone", () -> maps.find("of-a") == null && maps.find("grandchild") == null);
        Await.until(
                "only b owns it",
                () -> maps.get("of-both").metadata().ownerReferences().size() == 1);
        assertThat(maps.list()).extracting(ConfigMap::name).containsExactly("free", "of-both");
    }

    @Test
    void deletesWhatNamesAnOwnerThatNeverWas() throws Exception {
        maps.create(ConfigMap.of("default", "lost")
                .withMetadata(m -> m.withOwnerReferences(List.of(reference("Secret", "ghost", "no-such-uid", false)))));
        Await.until("it is gone", () -> maps.find("lost") == null);
    }

    @Test
    void keepsWhatHasAnOwnerOfAnUnknownKind() throws Exception {
        maps.create(ConfigMap.of("default", "kept")
                .withMetadata(m -> m.withOwnerReferences(List.of(reference("Widget", "w", "w-uid", false)))));
        ConfigMap lost = maps.create(ConfigMap.of("default", "lost")
                .withMetadata(m -> m.withOwnerReferences(List.of(reference("Secret", "ghost", "ghost", false)))));
        Await.until(lost.name() + " is gone", () -> maps.find("lost") == null);
        assertThat(maps.find("kept")).isNotNull();
    }

    @Test
    void inTheForegroundTheOwnerGoesLast() throws Exception {
        Secret a = owner("a");
        ConfigMap held = owned("held", true, a);
        cluster.awaitSeen(ConfigMap.KIND, maps.update(held.withMetadata(m -> m.withFinalizers(List.of("test/hold")))));
        cluster.awaitSeen(ConfigMap.KIND, owned("quick", true, a));
        owners.delete("a", policy("Foreground"));
        Await.until(
                "the others go",
                () -> maps.find("quick") == null && maps.get("held").isDeleting());
        assertThat(owners.get("a").metadata().finalizers()).containsExactly("foregroundDeletion");
        Retry.onConflict(Clock.system(), () -> maps.update(maps.get("held").withMetadata(m -> m.withoutFinalizers())));
        Await.until("the owner goes", () -> owners.find("a") == null);
        assertThat(maps.find("held")).isNull();
    }

    @Test
    void orphansStayWithoutTheirOwner() throws Exception {
        Secret a = owner("a");
        cluster.awaitSeen(ConfigMap.KIND, owned("child", true, a));
        owners.delete("a", policy("Orphan"));
        Await.until("the owner goes", () -> owners.find("a") == null);
        assertThat(maps.get("child").metadata().ownerReferences()).isEmpty();
    }

    @Test
    void keepsWhatIsInNoNamespaceWhenItsOwnerWouldHaveToBeInOne() throws Exception {
        Secret a = owner("a");
        ResourceClient<ClusterRole> roles = cluster.client.resource(ClusterRole.KIND);
        roles.create(role("kept", reference("Secret", "a", a.uid(), true)));
        roles.create(role("kept-too", reference("Secret", "ghost", "ghost", true)));
        owners.delete("a");
        roles.create(role("lost", role("ghost-role")));
        Await.until("a role without owner is gone", () -> roles.find("lost") == null);
        assertThat(roles.find("kept")).isNotNull();
        assertThat(roles.find("kept-too")).isNotNull();
    }

    private static ClusterRole role(String name, OwnerReference owner) {
        return ClusterRole.of("", name).withMetadata(m -> m.withOwnerReferences(List.of(owner)));
    }

    private static OwnerReference role(String name) {
        return new OwnerReference(MapValue.of(
                "apiVersion", "rbac.authorization.k8s.io/v1", "kind", "ClusterRole", "name", name, "uid", name));
    }

    @Test
    void doesNotTakeOneWrongReferenceForTheAbsenceOfAnOwner() throws Exception {
        cluster.namespace("other");
        ResourceClient<Secret> elsewhere = cluster.client.resource(Secret.KIND).in("other");
        // an owner that is not known yet is looked for where the reference says, and nobody is warned
        Secret real = cluster.awaitSeen(Secret.KIND, elsewhere.create(Secret.of("other", "real")));
        ConfigMap right = cluster.client
                .resource(ConfigMap.KIND)
                .create(ConfigMap.of("other", "right")
                        .withMetadata(
                                m -> m.withOwnerReferences(List.of(reference("Secret", "real", real.uid(), true)))));
        maps.create(ConfigMap.of("default", "wrong-namespace")
                .withMetadata(m -> m.withOwnerReferences(List.of(reference("Secret", "real", real.uid(), true)))));
        Secret here = owner("here");
        maps.create(ConfigMap.of("default", "wrong-name")
                .withMetadata(m -> m.withOwnerReferences(List.of(reference("Secret", "there", here.uid(), true)))));
        maps.create(ConfigMap.of("default", "right-too")
                .withMetadata(m -> m.withOwnerReferences(List.of(reference("Secret", "here", here.uid(), true)))));
        Await.until(
                "those with wrong references are gone",
                () -> maps.find("wrong-namespace") == null && maps.find("wrong-name") == null);
        assertThat(maps.find("right-too")).isNotNull();
        assertThat(cluster.client.resource(ConfigMap.KIND).in("other").find(right.name()))
                .isNotNull();
        Await.until(
                "an event says so",
                () -> !cluster.events("OwnerRefInvalidNamespace").isEmpty());
        assertThat(cluster.events("OwnerRefInvalidNamespace"))
                .containsExactly("ownerRef [v1/Secret, namespace: default, name: real, uid: " + real.uid()
                        + "] does not exist in namespace \"default\"");
    }

    @Test
    void findsOwnersThatAreNamedInAnotherVersion() throws Exception {
        ResourceClient<ClusterRole> roles = cluster.client.resource(ClusterRole.KIND);
        roles.create(role(
                "lost",
                new OwnerReference(
                        role("ghost-role").value().with("apiVersion", "rbac.authorization.k8s.io/v1beta1"))));
        Await.until("it is gone", () -> roles.find("lost") == null);
    }
}
