package dev.proa.delivery.dev;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.apps.v1.Deployment;
import dev.proa.api.apps.v1.ReplicaSet;
import dev.proa.api.codec.Yaml;
import dev.proa.api.core.v1.Event;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Service;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.client.clock.Clock;
import dev.proa.delivery.DeployRequest;
import dev.proa.delivery.DevDeployers;
import dev.proa.testing.Await;
import dev.proa.testing.FakeTransport;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A session against an API in memory; the test plays the controllers and the kubelet. */
@Timeout(60)
class DevSessionTest {
    @TempDir
    Path directory;

    private Path project;
    private final FakeTransport server = new FakeTransport(Clock.system());
    private final Client client = new Client(server);
    private final FakePods pods = new FakePods();
    private final List<String> said = new CopyOnWriteArrayList<>();
    private final DevDeployers builds = new DevDeployers();
    private Thread runner = Thread.currentThread();
    private DevSession session;
    private int revision;

    @BeforeEach
    void makeProject() throws Exception {
        project = Files.createDirectories(directory.resolve("web"));
        Files.writeString(project.resolve("index.html"), "one");
    }

    private void start(boolean cleanup) throws Exception {
        session = new DevSession(
                project,
                List.of(DeployRequest.of(project, "default", Duration.ofSeconds(30))),
                client,
                pods,
                (namespace, pod, query) -> new ByteArrayInputStream("hello\n".getBytes(StandardCharsets.UTF_8)),
                builds.deployer(client),
                new DevOptions(cleanup, false),
                new DevOutput() {
                    @Override
                    public void log(String pod, String container, String line) {
                        said.add(pod + " | " + line);
                    }

                    @Override
                    public void say(String message) {
                        said.add(message);
                    }

                    @Override
                    public void warn(String message) {
                        said.add("! " + message);
                    }
                },
                Clock.system());
        runner = Thread.startVirtualThread(() -> {
            try {
                session.run();
                said.add("ended");
            } catch (Exception e) {
                said.add("failed: " + e);
            }
        });
    }

    @AfterEach
    void end() throws Exception {
        session.close();
        runner.join();
        client.close();
    }

    private void awaitSaid(String pattern) throws InterruptedException {
        Await.until(pattern + " of " + said, () -> said.stream().anyMatch(line -> line.matches(pattern)));
    }

    private Deployment deployment() {
        return client.resource(Deployment.KIND).in("default").find("web");
    }

    /** Does what the controllers and the kubelet do after a change of the Deployment: a new pod is ready. */
    private String rollOut(String status) throws InterruptedException {
        int number = ++revision;
        Await.until(
                "the deployment is applied",
                () -> deployment() != null && deployment().metadata().generation() >= number);
        Deployment deployment = deployment();
        client.resource(ReplicaSet.KIND).in("default").create(new ReplicaSet(Yaml.decodeMap("""
                apiVersion: apps/v1
                kind: ReplicaSet
                metadata: {name: web-%1$d, namespace: default, annotations: {deployment.kubernetes.io/revision: '%1$d'},
                  ownerReferences: [{kind: Deployment, name: web, uid: %2$s}]}
                """.formatted(
                        number, deployment.uid()))));
        client.resource(Pod.KIND).in("default").create(new Pod(Yaml.decodeMap("""
                apiVersion: v1
                kind: Pod
                metadata: {name: web-%1$d-x, namespace: default, labels: {app.kubernetes.io/name: web},
                  ownerReferences: [{kind: ReplicaSet, name: web-%1$d, uid: u%1$d}]}
                spec: {containers: [{name: web, ports: [{name: http, containerPort: 8080}]}]}
                status: %2$s
                """.formatted(number, status))));
        client.resource(Deployment.KIND)
                .in("default")
                .update(new Deployment(deployment()
                        .value()
                        .withMap(
                                "metadata",
                                metadata -> metadata.withMap(
                                        "annotations",
                                        all -> all.with(
                                                "deployment.kubernetes.io/revision", String.valueOf(number))))));
        client.resource(Deployment.KIND)
                .in("default")
                .updateStatus(new Deployment(deployment()
                        .value()
                        .with(
                                "status",
                                MapValue.of(
                                        "observedGeneration",
                                        deployment().metadata().generation()))));
        return "web-" + number + "-x";
    }

    private static String ready(String container) {
        return "{phase: Running, conditions: [{type: Ready, status: 'True'}], containerStatuses: [{name: web, ready: true, "
                + "containerID: " + container + ", state: {running: {startedAt: '2026-01-01T00:00:00Z'}}}]}";
    }

    @Test
    void deploysAndThenCopiesOrDeploysWhatChanges() throws Exception {
        start(false);
        String pod = rollOut(ready("c1"));
        awaitSaid("web → answered in .* s");
        awaitSaid("watching .*");
        awaitSaid("http://localhost:\\d+ leads to service web, port 80");
        awaitSaid("web-1-x \\| hello");

        Files.writeString(project.resolve("index.html"), "two");
        awaitSaid("change of index.html → in 1 container after .* s");
        assertThat(pods.files(pod)).containsEntry("/tmp/proa-site/index.html", "two");
        assertThat(builds.count()).isEqualTo(1);

        builds.next("2");
        Files.writeString(project.resolve("data.yaml"), "x");
        rollOut(ready("c2"));
        awaitSaid("change of data.yaml → answered in .* s");
        assertThat(builds.count()).isEqualTo(2);

        Files.writeString(project.resolve("data.yaml"), "y");
        awaitSaid("change of data.yaml → nothing to deploy");
    }

    @Test
    void tellsAtOnceWhatGoesWrongAndGoesOn() throws Exception {
        start(false);
        rollOut("""
                {phase: Running, containerStatuses: [{name: web, containerID: c1, restartCount: 1,
                  state: {waiting: {reason: CrashLoopBackOff}}, lastState: {terminated: {exitCode: 3, message: no database}}}]}""");
        awaitSaid("(?s)! web-1-x: container web: CrashLoopBackOff, it ends with exit code 3");
        client.resource(Event.KIND).in("default").create(new Event(Yaml.decodeMap("""
                apiVersion: v1
                kind: Event
                metadata: {name: e, namespace: default}
                involvedObject: {kind: Pod, name: web-1-x, uid: x}
                type: Warning
                reason: Unhealthy
                message: 'Readiness probe failed: HTTP probe failed with statuscode: 500'
                """)));
        awaitSaid("! web-1-x: Unhealthy: Readiness probe failed: HTTP probe failed with statuscode: 500");

        builds.fail("main.go:3: undefined: x");
        Files.writeString(project.resolve("main.yaml"), "x");
        awaitSaid("! main.go:3: undefined: x");
        builds.next("2");
        Files.writeString(project.resolve("main.yaml"), "y");
        rollOut(ready("c2"));
        awaitSaid("change of main.yaml → answered in .*");
    }

    @Test
    void deletesWhatItMadeWhenAsked() throws Exception {
        start(true);
        rollOut(ready("c1"));
        awaitSaid("watching .*");
        session.close();
        runner.join();
        assertThat(said).contains("deployment.apps/web deleted", "ended");
        assertThat(deployment()).isNull();
    }

    @Test
    void leavesWhatItMade() throws Exception {
        start(false);
        rollOut(ready("c1"));
        awaitSaid("watching .*");
        Files.writeString(project.resolve("index.html"), "two");
        awaitSaid("change of index.html → in 1 .*");
        session.close();
        runner.join();
        assertThat(said)
                .contains("ended")
                .anyMatch(line -> line.startsWith("1 changed files of web are in its running"));
        assertThat(deployment()).isNotNull();
    }

    @Test
    void endsABuildAndSaysNothingOfIt() throws Exception {
        CountDownLatch building = new CountDownLatch(1);
        builds.as(() -> {
            building.countDown();
            new CountDownLatch(1).await();
            return "";
        });
        start(true);
        building.await();
        session.close();
        runner.join();
        assertThat(said).containsExactly("ended");
    }

    /** It ends between the creation of two objects: what is there by then is deleted, too. */
    @Test
    void deletesWhatItWasAboutToMake() throws Exception {
        server.intercept(request -> {
            if (request.verb().equals("create") && request.path().endsWith("/services")) {
                session.close();
            }
            return request;
        });
        start(true);
        runner.join();
        assertThat(said).contains("service/web deleted", "ended").noneMatch(line -> line.startsWith("!"));
        assertThat(client.resource(Service.KIND).in("default").find("web")).isNull();
        assertThat(deployment()).isNull();
    }

    @Test
    void failsWhenTheFolderIsGone() throws Exception {
        start(false);
        rollOut(ready("c1"));
        awaitSaid("watching .*");
        Files.delete(project.resolve("index.html"));
        Files.delete(project);
        runner.join();
        assertThat(said.getLast()).startsWith("failed: ").endsWith("web is gone, so there is nothing to watch");
    }

    @Test
    void saysNothingOfAFileThatIsBeingSaved() throws Exception {
        start(false);
        rollOut(ready("c1"));
        awaitSaid("watching .*");
        Path file = project.resolve("main.yaml");
        Set<String> told = new ConcurrentSkipListSet<>();
        try (FolderWatch watch = FolderWatch.of(project, Set.of(), new FolderWatch.Changed() {
            @Override
            public void path(String path) {
                told.add(path);
            }

            @Override
            public void failed(String why) {
                told.add(why);
            }
        })) {
            builds.as(() -> {
                if (Files.readString(file).equals("half")) {
                    told.clear();
                    Files.writeString(file, "whole");
                    Await.until("the change is noticed", () -> told.contains("main.yaml"));
                    throw new IOException("half a file");
                }
                return "2";
            });
            Files.writeString(file, "half");
            rollOut(ready("c2"));
            awaitSaid("change of main.yaml → answered in .*");
            assertThat(said).noneMatch(line -> line.startsWith("! "));
        }
    }

    /** Builds read the file at any moment, and many changes come during one: in the end, the last state is deployed. */
    @Test
    void deploysTheLastOfManyChangesHoweverTheyAreSaved() throws Exception {
        for (int seed = 0; seed < 5; seed++) {
            deployTheLast(seed);
        }
    }

    private void deployTheLast(int seed) throws Exception {
        Random random = new Random(seed);
        Path file = project.resolve("main.yaml");
        Path beside = project.resolve("main.yaml~");
        builds.as(() -> Files.exists(file) ? "v" + Files.readString(file).hashCode() : "none");
        if (session == null) {
            start(false);
            awaitSaid("http://localhost:.*");
        }
        String content = "";
        for (int i = 1; i <= 20; i++) {
            content = "edition " + seed + " " + i;
            switch (random.nextInt(4)) {
                case 0 -> Files.writeString(file, content); // truncates, and writes
                case 1 -> { // as Vim
                    if (Files.exists(file)) {
                        Files.move(file, beside, StandardCopyOption.REPLACE_EXISTING);
                    }
                    Files.writeString(file, content);
                    Files.deleteIfExists(beside);
                }
                case 2 -> { // as most others
                    Path other = Files.writeString(project.resolve(".main.yaml.tmp"), content);
                    Files.move(other, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
                }
                default -> { // as git
                    Files.deleteIfExists(file);
                    Files.writeString(file, content);
                }
            }
            for (int pause = random.nextInt(400); pause > 0; pause--) {
                Thread.yield();
            }
        }
        String last = "web:v" + content.hashCode();
        Await.until(
                last + " is deployed, with seed " + seed,
                () -> deployment() != null
                        && deployment()
                                .spec()
                                .template()
                                .spec()
                                .containers()
                                .getFirst()
                                .image()
                                .endsWith(last));
    }
}
