package dev.proa.delivery.pipeline.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.apiextensions.v1.CustomResourceDefinition;
import dev.proa.api.rbac.v1.ClusterRole;
import dev.proa.api.rbac.v1.ClusterRoleBinding;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.AnyObject;
import dev.proa.api.view.Kind;
import dev.proa.client.Client;
import dev.proa.client.Patch;
import dev.proa.delivery.git.GitCluster;
import dev.proa.delivery.git.GitResources;
import dev.proa.testing.Await;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the policies of repositories and runs keep from users who have all verbs on them, as the role edit gives. */
class PoliciesTest {
    private static final String COMMIT = "0123456789012345678901234567890123456789";

    @TempDir
    private Path folder;

    private GitCluster cluster;
    private Client ann;

    @BeforeEach
    void start() throws Exception {
        cluster = new GitCluster(folder, (push, say) -> {});
        for (CustomResourceDefinition definition : PipelineResources.definitions()) {
            cluster.client.resource(CustomResourceDefinition.KIND).create(definition);
        }
        List<MapValue> policies = new ArrayList<>(GitResources.policies());
        policies.addAll(PipelineResources.policies());
        for (MapValue policy : policies) {
            boolean binding = policy.string("kind").endsWith("Binding");
            Kind<AnyObject> kind = Kind.any(
                    "admissionregistration.k8s.io",
                    "v1",
                    policy.string("kind"),
                    binding ? "validatingadmissionpolicybindings" : "validatingadmissionpolicies",
                    false);
            cluster.client.resource(kind).create(new AnyObject(policy));
        }
        grant("ann", "repositories,pipelineruns", "*");
        ann = cluster.as("ann", "system:authenticated");
        Await.until("the policies act", () -> refused("nobody", "", ""), refused -> refused);
    }

    private void grant(String user, String resources, String verb) {
        List<String> verbs = verb.equals("*")
                ? List.of("get", "list", "watch", "create", "update", "patch", "delete")
                : List.of(verb);
        cluster.client
                .resource(ClusterRole.KIND)
                .create(new ClusterRole(ClusterRole.KIND
                        .of("", user + verbs.size())
                        .value()
                        .with(
                                "rules",
                                ListValue.of(MapValue.of(
                                        "apiGroups", ListValue.of(GitResources.GROUP, PipelineResources.GROUP),
                                        "resources", ListValue.copyOf(List.of(resources.split(","))),
                                        "verbs", ListValue.copyOf(verbs))))));
        cluster.client
                .resource(ClusterRoleBinding.KIND)
                .create(new ClusterRoleBinding(ClusterRoleBinding.KIND
                        .of("", user + verbs.size())
                        .value()
                        .with(
                                "roleRef",
                                MapValue.of(
                                        "apiGroup",
                                        "rbac.authorization.k8s.io",
                                        "kind",
                                        "ClusterRole",
                                        "name",
                                        user + verbs.size()))
                        .with(
                                "subjects",
                                ListValue.of(MapValue.of(
                                        "apiGroup", "rbac.authorization.k8s.io", "kind", "User", "name", user)))));
    }

    private AnyObject make(String actor, String commit, String trigger) {
        MapValue event = MapValue.of("name", "workflow_dispatch", "ref", "main");
        event = actor.isEmpty() ? event : event.with("actor", actor);
        event = trigger.isEmpty() ? event : event.with("trigger", MapValue.of("sha", trigger));
        MapValue spec = MapValue.of("repository", "hello", "path", "ci.yml", "event", event);
        return ann.resource(PipelineResources.RUNS)
                .create(new AnyObject(PipelineResources.RUNS
                        .of("team", "")
                        .value()
                        .withMap(
                                "metadata", metadata -> metadata.without("name").with("generateName", "hello-"))
                        .with("spec", commit.isEmpty() ? spec : spec.with("commit", commit))));
    }

    private boolean refused(String actor, String commit, String trigger) {
        try {
            make(actor, commit, trigger);
            return false;
        } catch (StatusException e) {
            return true;
        }
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    @Test
    void aRunIsMadeInOnesOwnName() {
        assertThatThrownBy(() -> make("bob", "", ""))
                .hasMessageContaining("spec.event.actor has to be who makes the run: ann");
        assertThat(refused("", "", "")).isTrue();
        assertThat(refused("ann", "", "")).isFalse();
    }

    @Test
    void aRunSaysNothingOfItsCommit() {
        assertThatThrownBy(() -> make("ann", COMMIT, "")).hasMessageContaining("filled in by the cluster");
        assertThatThrownBy(() -> make("ann", "", COMMIT)).hasMessageContaining("filled in by the cluster");
    }

    @Test
    void aRunIsOnlyCancelledAfterwards() {
        String name = make("ann", "", "").name();
        var runs = ann.resource(PipelineResources.RUNS).in("team");

        assertThatThrownBy(() -> runs.patch(name, Patch.merge(MapValue.of("spec", MapValue.of("commit", COMMIT)))))
                .hasMessageContaining("only spec.cancel may be changed");
        assertThatThrownBy(() -> runs.patch(
                        name, Patch.merge(MapValue.of("spec", MapValue.of("event", MapValue.of("actor", "bob"))))))
                .hasMessageContaining("only spec.cancel may be changed");
        runs.patch(name, Patch.merge(MapValue.of("spec", MapValue.of("cancel", true))));
        cluster.client // the controller fills in what was left out
                .resource(PipelineResources.RUNS)
                .in("team")
                .patch(name, Patch.merge(MapValue.of("spec", MapValue.of("commit", COMMIT))));
    }

    @Test
    void rulesOfBranchesNeedARightOfTheirOwn() throws Exception {
        cluster.client
                .resource(GitResources.REPOSITORIES)
                .create(new AnyObject(GitResources.REPOSITORIES
                        .of("team", "hello")
                        .value()
                        .with(
                                "spec",
                                MapValue.of(
                                        "protectedBranches",
                                        ListValue.of(
                                                MapValue.of("pattern", "main", "pushers", ListValue.of("bob")))))));
        var repositories = ann.resource(GitResources.REPOSITORIES).in("team");
        Patch away = Patch.merge(MapValue.of("spec", MapValue.of("protectedBranches", ListValue.EMPTY)));

        assertThatThrownBy(() -> repositories.patch("hello", away)).hasMessageContaining("the verb protect");
        repositories.patch("hello", Patch.merge(MapValue.of("spec", MapValue.of("description", "mine"))));
        grant("ann", "repositories", "protect");
        Await.until("the right is there", () -> isPatched(repositories, away), patched -> patched);
    }

    private static boolean isPatched(dev.proa.client.ResourceClient<AnyObject> repositories, Patch patch) {
        try {
            repositories.patch("hello", patch);
            return true;
        } catch (StatusException e) {
            return false;
        }
    }
}
