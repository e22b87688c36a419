package dev.proa.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.apps.v1.Deployment;
import dev.proa.api.core.v1.ConfigMap;
import dev.proa.api.core.v1.Namespace;
import dev.proa.api.core.v1.PersistentVolumeClaim;
import dev.proa.api.core.v1.Secret;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.delivery.source.GeneratedSource;
import dev.proa.delivery.source.ManifestSource.Setting;
import dev.proa.image.build.BuiltImage;
import dev.proa.image.registry.RegistryCredentials;
import dev.proa.testing.FakeTransport;
import dev.proa.testing.SimulatedClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(20)
class DeployerTest {
    @TempDir
    Path directory;

    private Path project;
    private final SimulatedClock clock = new SimulatedClock();
    private final FakeTransport server = new FakeTransport(clock);
    private final Client client = new Client(new SettledCluster(server));
    private final List<String> said = new ArrayList<>();
    private Duration buildTakes = Duration.ZERO;
    private int builds;

    @BeforeEach
    void makeProject() throws Exception {
        project = site("web");
    }

    private Path site(String name) throws Exception {
        Path folder = Files.createDirectories(directory.resolve(name));
        Files.writeString(folder.resolve("index.html"), "hello");
        return folder;
    }

    private void manifest(String file, String content) throws Exception {
        Files.writeString(Files.createDirectories(project.resolve("k8s")).resolve(file), content);
    }

    private DeployOutcome deploy() throws Exception {
        return deploy("");
    }

    private DeployOutcome deploy(String host) throws Exception {
        return deployer(host).deploy(DeployRequest.of(project, "default", Duration.ofSeconds(180)));
    }

    private DeployOutcome deploy(Path folder, String namespace, String name, boolean prune, boolean createNamespace)
            throws Exception {
        return deployer("")
                .deploy(DeployRequest.of(folder, namespace, Duration.ofSeconds(180))
                        .withName(name)
                        .with(prune, createNamespace));
    }

    private Deployer deployer(String host) {
        return deployer(Target.local(host));
    }

    private Deployer deployer(Target target) {
        return new Deployer(
                client,
                (namespace, pod, container, lines) -> "",
                () -> () -> {},
                (what, events) -> built(what.image()),
                target,
                new PassingClock(clock),
                new Progress() {
                    @Override
                    public void step(String message) {
                        said.add(message);
                    }

                    @Override
                    public void detail(String message) {
                        said.add(message);
                    }
                },
                Changes.looking(new PassingClock(clock), Duration.ofMillis(50)));
    }

    private BuiltImage built(String name) {
        builds++;
        clock.advance(buildTakes);
        return FakeImages.built(name);
    }

    /** So that nothing is started or built for a folder that cannot be deployed. */
    @Test
    void seesBeforehandWhatCannotBeDeployed() throws Exception {
        Path bare = Files.createDirectory(directory.resolve("bare"));
        assertThat(Deployer.check(bare.resolve("missing"))).contains("there is no directory");
        assertThat(Deployer.check(bare)).contains("no application that Proa knows");
        Files.writeString(bare.resolve("index.html"), "hello");
        assertThat(Deployer.check(bare)).isEmpty();
        Path k8s = Files.createDirectory(bare.resolve("k8s"));
        Files.writeString(k8s.resolve("a.yaml"), "kind: [");
        assertThat(Deployer.check(bare)).contains("a.yaml");
        Files.writeString(bare.resolve("pom.xml"), "<project><artifactId>");
        assertThat(Deployer.check(bare)).contains("pom.xml is not well-formed");
    }

    /** The first build of an application downloads what it needs, which may take longer than any rollout. */
    @Test
    void countsTheTimeoutFromTheEndOfTheBuild() throws Exception {
        buildTakes = Duration.ofMinutes(10);
        assertThat(deploy()).isInstanceOf(DeployOutcome.Running.class);
    }

    @Test
    void saysThatALongBuildGoesOn() throws Exception {
        buildTakes = Duration.ofSeconds(40);
        deploy();
        assertThat(said).contains("still building, after 15 s", "still building, after 30 s");
        assertThat(said).filteredOn(line -> line.startsWith("still")).hasSize(2);
    }

    @Test
    void warnsOnceForEachKindThatNothingActsOn() throws Exception {
        manifest("all.yaml", """
                {apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: import}}
                ---
                {apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: clean}}
                ---
                {apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: web}}
                ---
                {apiVersion: v1, kind: ConfigMap, metadata: {name: settings}}
                """);
        DeployOutcome.Running running = (DeployOutcome.Running) deploy();
        assertThat(said.stream().filter(line -> line.startsWith("warning: ")))
                .hasSize(2)
                .anyMatch(line -> line.contains("the kind NetworkPolicy")
                        && line.contains("\"import\" and 1 more are only stored"))
                .anyMatch(line -> line.contains("the kind Ingress") && line.contains("\"web\" is only stored"));
    }

    @Test
    void saysThatAServiceHasNoPods() throws Exception {
        manifest("web.yaml", """
                {apiVersion: v1, kind: ReplicationController, metadata: {name: web}}
                ---
                {apiVersion: v1, kind: Service, metadata: {name: web}, spec: {selector: {app: web}, ports: [{port: 80, nodePort: 1}]}}
                """);
        DeployOutcome.Running running = (DeployOutcome.Running) deploy("127.0.0.1");
        assertThat(running.url()).isEmpty();
        assertThat(running.warnings())
                .containsExactly("service \"web\" has no pods, so nothing answers at http://127.0.0.1:1");
    }

    @Test
    void deploysClaimsBeforeWhatMountsThem() throws Exception {
        manifest("web.yaml", """
                {apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: data}}
                ---
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: web}
                spec: {template: {spec: {containers: [{name: web, image: web}],
                  volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]}}}
                """);
        DeployOutcome.Running running = (DeployOutcome.Running) deploy();
        assertThat(running.warnings()).noneMatch(line -> line.contains("PersistentVolumeClaim"));
        assertThat(client.resource(PersistentVolumeClaim.KIND).in("default").find("data"))
                .isNotNull();
    }

    @Test
    void keepsAScaleThatWasSetByHand() throws Exception {
        deploy();
        var deployments = client.resource(Deployment.KIND).in("default");
        deployments.update(
                new Deployment(deployments.get("web").value().withMap("spec", spec -> spec.with("replicas", 5L))));
        DeployOutcome.Running again = (DeployOutcome.Running) deploy();
        assertThat(deployments.get("web").spec().replicas()).isEqualTo(5);
        assertThat(again.changed()).isEmpty();
    }

    /** Two replicas of each, and one more while it is rolled out. */
    @Test
    void letsFiftyApplicationsShareTwoCores() {
        MapValue deployment = GeneratedSource.USUAL
                .render(new Setting("web", "default", 8080, false))
                .objects()
                .getFirst();
        MapValue requests = deployment
                .map("spec")
                .map("template")
                .map("spec")
                .list("containers")
                .map(0)
                .map("resources")
                .map("requests");
        int millis = Integer.parseInt(requests.string("cpu").replace("m", ""));
        assertThat(50 * 3 * millis).isLessThanOrEqualTo(1_800);
        int mebibytes = Integer.parseInt(requests.string("memory").replace("Mi", ""));
        assertThat(50 * 3 * mebibytes).isLessThanOrEqualTo(4_800);
    }

    private long containerPort() {
        return client.resource(Deployment.KIND)
                .in("default")
                .get("web")
                .spec()
                .template()
                .spec()
                .containers()
                .getFirst()
                .ports()
                .getFirst()
                .containerPort();
    }

    @Test
    void remembersOnWhichPortItListens() throws Exception {
        deploy();
        assertThat(containerPort()).isEqualTo(8080);
        deployer("")
                .deploy(DeployRequest.of(project, "default", Duration.ofSeconds(180))
                        .withPort(3000));
        assertThat(containerPort()).isEqualTo(3000);
        assertThat(((DeployOutcome.Running) deploy()).changed()).isEmpty();
        assertThat(containerPort()).isEqualTo(3000);

        manifest("web.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}");
        assertThat(deployer("")
                        .deploy(DeployRequest.of(project, "default", Duration.ofSeconds(180))
                                .withPort(3000))
                        .toString())
                .contains("containerPort", "Nothing was built or changed");
    }

    @Test
    void refusesAnotherSourceUnderTheSameName() throws Exception {
        deploy();
        Path other = site("other/web");
        int before = server.writes().size();
        assertThat(deploy(other, "default", "", false, false).toString())
                .contains("\"web\" was deployed from " + project, "--as NAME", "proa delete web");
        assertThat(server.writes()).hasSize(before);
        assertThat(builds).isEqualTo(1);

        assertThat(deploy(other, "default", "web2", false, false)).isInstanceOf(DeployOutcome.Running.class);
        assertThat(client.resource(Deployment.KIND).in("default").find("web2")).isNotNull();
        assertThat(deploy(other, "default", "Web 2", false, false).toString()).contains("--as web-2");
    }

    @Test
    void followsAFolderThatWasMoved() throws Exception {
        deploy();
        project = Files.move(
                project, Files.createDirectory(directory.resolve("new")).resolve("web"));
        DeployOutcome.Running running = (DeployOutcome.Running) deploy();
        assertThat(running.changed()).isEmpty();
        assertThat(said).anyMatch(line -> line.contains("which is gone; it is " + project));
    }

    @Test
    void refusesObjectsOfAnotherApplication() throws Exception {
        deploy();
        project = site("shop");
        manifest("web.yaml", "{apiVersion: v1, kind: Service, metadata: {name: web}}");
        assertThat(deploy().toString()).contains("service/web is part of \"web\"");
    }

    @Test
    void saysWhatIsOrphanedAndDeletesItWhenAsked() throws Exception {
        manifest("a.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}");
        manifest("b.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: b}}");
        deploy();
        Files.delete(project.resolve("k8s/b.yaml"));
        for (int i = 0; i < 2; i++) { // it is said until it is mended
            said.clear();
            deploy();
            assertThat(said)
                    .anyMatch(line ->
                            line.contains("configmap/b is in no manifest any more") && line.contains("--prune"));
        }
        assertThat(client.resource(ConfigMap.KIND).in("default").find("b")).isNotNull();
        DeployOutcome.Running pruned = (DeployOutcome.Running) deploy(project, "default", "", true, false);
        assertThat(pruned.changed()).containsExactly("configmap/b deleted");
        assertThat(client.resource(ConfigMap.KIND).in("default").find("b")).isNull();
        assertThat(client.resource(ConfigMap.KIND).in("default").find("a")).isNotNull();
    }

    @Test
    void looksForTheNamespaceBeforeItBuilds() throws Exception {
        assertThat(deploy(project, "team", "", false, false).toString())
                .contains("there is no namespace \"team\"", "--create-namespace");
        assertThat(builds).isZero();
        assertThat(deploy(project, "team", "", false, true)).isInstanceOf(DeployOutcome.Running.class);
        assertThat(client.resource(Namespace.KIND).find("team")).isNotNull();
    }

    @Test
    void isDeletedWithAllThatWasDeployed() throws Exception {
        deploy();
        assertThat(Removal.delete(client, "default", "web"))
                .containsExactly("deployment.apps/web deleted", "service/web deleted");
        assertThat(client.resource(Deployment.KIND).in("default").find("web")).isNull();
        assertThatThrownBy(() -> Removal.delete(client, "default", "web"))
                .hasMessageContaining("no application \"web\"");
    }

    @Test
    void keepsDotEnvInASecretAndRollsOutWhenItChanges() throws Exception {
        Files.delete(project.resolve("index.html"));
        Files.writeString(project.resolve("pom.xml"), "<project><artifactId>web</artifactId></project>");
        Files.writeString(project.resolve(".env"), "PASSWORD=hunter2\n");
        deploy();
        var secrets = client.resource(Secret.KIND).in("default");
        assertThat(secrets.get("web-env").value().map("data").string("PASSWORD"))
                .isEqualTo("aHVudGVyMg==");
        String before = environmentHash();
        Files.writeString(project.resolve(".env"), "PASSWORD=hunter3\n");
        assertThat(((DeployOutcome.Running) deploy()).changed())
                .containsExactly("secret/web-env configured", "deployment.apps/web configured");
        assertThat(environmentHash()).isNotEqualTo(before);
        assertThat(said).noneMatch(line -> line.contains("hunter"));
        assertThat(Deployer.manifests(DeployRequest.of(project, "default", Duration.ZERO)))
                .contains("secretRef", "web-env")
                .doesNotContain("kind: Secret");

        manifest("own.yaml", Deployer.manifests(DeployRequest.of(project, "default", Duration.ZERO)));
        assertThat(((DeployOutcome.Running) deploy()).changed())
                .as("manifests that were written down keep it")
                .isEmpty();
    }

    private String environmentHash() {
        return client.resource(Deployment.KIND)
                .in("default")
                .get("web")
                .spec()
                .template()
                .metadata()
                .annotations()
                .getOrDefault(EnvironmentHash.ANNOTATION, "");
    }

    @Test
    void deploysWhatABuildIsNotNeededFor() throws Exception {
        Files.delete(project.resolve("index.html"));
        Files.writeString(project.resolve("compose.yaml"), "services: {cache: {image: redis, ports: [6379]}}");
        DeployOutcome.Running running = (DeployOutcome.Running) deploy();
        assertThat(running.changed()).containsExactly("service/cache created", "deployment.apps/cache created");
        assertThat(builds).isZero();
        assertThat(running.image()).isEmpty();
    }

    @Test
    void pushesForOtherClustersAndNamesImagesByDigest() throws Exception {
        List<String> sent = new ArrayList<>();
        RegistryPush push =
                new RegistryPush("registry.example:5000/team/", (image, to, progress) -> sent.add(to.toString()));
        Target target = new Target(
                "", push, true, new PullSecret("registry.example:5000", new RegistryCredentials("me", "hunter2")));
        manifest("all.yaml", """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: web}
                spec: {template: {spec: {containers: [{name: web, image: web}]}}}
                ---
                {apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: web}}
                """);
        DeployOutcome.Running running = (DeployOutcome.Running)
                deployer(target).deploy(DeployRequest.of(project, "default", Duration.ofSeconds(180)));
        String digest = FakeImages.built("web").digest().toString();
        assertThat(sent).singleElement().asString().startsWith("registry.example:5000/team/web:");
        assertThat(running.image()).isEqualTo("registry.example:5000/team/web@" + digest);
        assertThat(running.warnings()).as("other clusters act on all kinds").isEmpty();
        var pod = client.resource(Deployment.KIND)
                .in("default")
                .get("web")
                .spec()
                .template()
                .spec();
        assertThat(pod.containers().getFirst().image()).isEqualTo(running.image());
        assertThat(pod.value().list("imagePullSecrets").map(0).string("name")).isEqualTo("web-pull");
        assertThat(client.resource(Secret.KIND).in("default").get("web-pull").type())
                .isEqualTo("kubernetes.io/dockerconfigjson");
        assertThat(said).noneMatch(line -> line.contains("hunter2"));
        assertThatThrownBy(() -> new RegistryPush("a b", (image, to, progress) -> {}))
                .hasMessageContaining("is no registry");
    }

    @Test
    void notesWhoDeployedWhenThePodsChange() throws Exception {
        deploy();
        var deployments = client.resource(Deployment.KIND).in("default");
        assertThat(deployments.get("web").annotations())
                .containsEntry("kubernetes.io/change-cause", "proa deploy of web:1")
                .containsKey("proa.dev/deployed-by");
        assertThat(((DeployOutcome.Running) deploy()).changed()).isEmpty();
    }
}
