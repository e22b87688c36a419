package dev.proa.delivery.pipeline.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.apiextensions.v1.CustomResourceDefinition;
import dev.proa.api.core.v1.Namespace;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Secret;
import dev.proa.api.core.v1.ServiceAccount;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.AnyObject;
import dev.proa.client.ObjectKey;
import dev.proa.client.Patch;
import dev.proa.client.clock.Clock;
import dev.proa.client.informer.EventHandler;
import dev.proa.client.informer.InformerFactory;
import dev.proa.client.supervision.Supervisor;
import dev.proa.delivery.git.GitCluster;
import dev.proa.delivery.git.GitResources;
import dev.proa.delivery.git.PushListener;
import dev.proa.delivery.git.RepositoryName;
import dev.proa.image.solver.BuildSandbox;
import dev.proa.image.store.ImageStore;
import dev.proa.testing.Await;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Git pushes, the API server in memory runs the rest, and pods are folders of this machine in which the steps really run. */
class RunControllerTest {
    @TempDir
    private Path folder;

    private final LocalCommands local = new LocalCommands();
    private final AtomicReference<PushListener> listener = new AtomicReference<>();
    private GitCluster cluster;
    private RunContext context;
    private Supervisor supervisor;
    private InformerFactory informers;
    private RunController controller;
    private String writer;

    @BeforeEach
    void start() throws Exception {
        cluster = new GitCluster(folder, (push, say) -> listener.get().pushed(push, say));
        for (CustomResourceDefinition definition : PipelineResources.definitions()) {
            cluster.client.resource(CustomResourceDefinition.KIND).create(definition);
        }
        Await.until("runs are served", this::runsAreServed, served -> served);
        cluster.client.resource(ServiceAccount.KIND).create(ServiceAccount.of("team", "default"));
        context = new RunContext(
                cluster.client,
                namespace -> cluster.client,
                cluster.repositories,
                ScriptPipeline.READER,
                this::exec,
                folder.resolve("runs"),
                ImageStore.open(folder.resolve("images")),
                folder.resolve("cache"),
                BuildSandbox.NONE,
                () -> "localhost:5001",
                () -> "",
                cluster::url,
                () -> "runner:1",
                Clock.system());
        listener.set(new PushPipelines(context, Duration.ofSeconds(60)));
        writer = cluster.account("writer", "get", "update", "create");
        startController();
        informers.informer(Pod.KIND).addHandler(new EventHandler<Pod>() {
            @Override
            public void added(Pod pod) {
                Thread.ofVirtual().start(() -> markRunning(pod));
            }
        });
    }

    private boolean runsAreServed() {
        try {
            cluster.client.resource(PipelineResources.RUNS).list();
            return true;
        } catch (StatusException e) {
            return false;
        }
    }

    private void startController() {
        supervisor = new Supervisor(Clock.system(), new Random(1));
        informers = new InformerFactory(cluster.client, supervisor, Clock.system(), new Random(2));
        controller = new RunController(context, informers, supervisor);
        informers.informer(Pod.KIND);
        informers.start();
        controller.start();
    }

    /** Pods are folders: the paths that pods have are put beneath them. */
    private int exec(
            ObjectKey pod, String container, List<String> command, InputStream in, OutputStream out, OutputStream err)
            throws IOException, InterruptedException {
        Path root = Files.createDirectories(folder.resolve("pods").resolve(pod.name()));
        List<String> there = command.stream()
                .map(word -> word.replaceAll("(?<![\\w.])/(__proa|github)", root + "/$1"))
                .toList();
        byte[] input = in.readAllBytes();
        String text = new String(input, StandardCharsets.ISO_8859_1);
        InputStream moved = text.startsWith("export ") || text.startsWith("cd ")
                ? new ByteArrayInputStream(text.replaceAll("(?<![\\w.])/(__proa|github)", root + "/$1")
                        .getBytes(StandardCharsets.ISO_8859_1))
                : new ByteArrayInputStream(input);
        return local.exec(pod, container, there, moved, out, err);
    }

    private void markRunning(Pod pod) {
        List<MapValue> containers = Stream.of("job")
                .map(name -> MapValue.of(
                        "name",
                        name,
                        "image",
                        "i",
                        "imageID",
                        "i",
                        "ready",
                        true,
                        "restartCount",
                        0L,
                        "state",
                        MapValue.of("running", MapValue.EMPTY)))
                .toList();
        cluster.client
                .resource(Pod.KIND)
                .in(pod.namespace())
                .patchStatus(
                        pod.name(),
                        Patch.merge(MapValue.of(
                                "status",
                                MapValue.of("phase", "Running", "containerStatuses", ListValue.copyOf(containers)))));
    }

    @AfterEach
    void stop() {
        controller.close();
        informers.close();
        supervisor.close();
        local.cut();
        cluster.close();
    }

    private GitCluster.Run push(Map<String, String> files) throws IOException, InterruptedException {
        Path tree = cluster.workTree("tree", files);
        return cluster.git(tree, writer, "push", cluster.url("/team/hello.git"), "main")
                .ok();
    }

    private AnyObject run(String name) {
        return cluster.client.resource(PipelineResources.RUNS).in("team").get(name);
    }

    private String phase(String name) {
        return run(name).value().map("status").string("phase");
    }

    private String log(String name) {
        StringBuilder text = new StringBuilder();
        try {
            new RunLogs(folder.resolve("runs"))
                    .print(run(name), line -> text.append(line).append('\n'));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString().replaceAll("[0-9]{2}:[0-9]{2}:[0-9]{2} ", "");
    }

    @Test
    void aPushRunsItsPipelineAndFollowsIt() throws Exception {
        GitCluster.Run push =
                push(Map.of("pipeline", "test: @actions/checkout; cat hello.txt\n", "hello.txt", "good day\n"));

        assertThat(push.output())
                .contains("remote: Pipeline \"test\" runs as hello-1")
                .contains("remote:   hello-1 test: success")
                .contains("remote: hello-1 passed.");
        assertThat(phase("hello-1")).isEqualTo("Succeeded");
        assertThat(log("hello-1")).contains("test | ==> cat hello.txt\ntest | good day\n");
        assertThat(cluster.repositories.statuses(
                        new RepositoryName("team", "hello"),
                        run("hello-1").value().map("spec").string("commit")))
                .containsEntry("test", "success");
        assertThat(cluster.client.resource(Pod.KIND).in("team").list()).allMatch(pod -> pod.isDeleting());
    }

    @Test
    void aRedPipelineIsSaidAtOnce() throws Exception {
        GitCluster.Run push = push(Map.of("pipeline", "test: echo before and exit 3; echo never\n"));

        assertThat(push.output()).contains("RED: hello-1 failed; what is running stays as it is");
        assertThat(log("hello-1"))
                .contains("test | before\n")
                .contains("##[error]Process completed with exit code 3.")
                .doesNotContain("never");
    }

    @Test
    void aBrokenFileIsSaidAndRunsNothing() throws Exception {
        GitCluster.Run push = push(Map.of("pipeline", "nothing\n"));

        assertThat(push.output()).contains("RED: pipeline cannot run").contains("pipeline:1:1: there is no job");
        assertThat(cluster.client.resource(PipelineResources.RUNS).list()).isEmpty();
    }

    @Test
    void aRunStaysInItsNamespace() throws Exception {
        push(Map.of("pipeline", "test: true\n"));
        cluster.client.resource(Namespace.KIND).create(Namespace.of("", "other"));
        for (String repository : List.of("../../team/repositories/hello", "hello/../hello", "", "..")) {
            String name = cluster.client
                    .resource(PipelineResources.RUNS)
                    .create(new AnyObject(MapValue.of(
                            "apiVersion", PipelineResources.RUNS.apiVersion(),
                            "kind", PipelineResources.RUNS.kind(),
                            "metadata", MapValue.of("namespace", "other", "generateName", "r-"),
                            "spec",
                                    MapValue.of(
                                            "repository",
                                            repository,
                                            "path",
                                            "pipeline",
                                            "event",
                                            MapValue.of("name", "workflow_dispatch", "actor", "ann")))))
                    .name();
            MapValue status = Await.until(
                    "run of " + repository,
                    () -> cluster.client
                            .resource(PipelineResources.RUNS)
                            .in("other")
                            .get(name)
                            .value()
                            .map("status"),
                    now -> !now.string("phase").isEmpty());
            assertThat(status.string("phase")).as(repository).isEqualTo("Failed");
            assertThat(status.string("message")).as(repository).contains("is not the name of a repository");
        }
    }

    @Test
    void aFileThatIsTooLargeIsSaid() throws Exception {
        GitCluster.Run push = push(Map.of("pipeline", "#".repeat((1 << 20) + 1)));

        assertThat(push.output()).contains("pipeline cannot be read from the repository: it is larger than 1 MiB");
    }

    @Test
    void secretsAreHidden() throws Exception {
        cluster.client
                .resource(Secret.KIND)
                .create(new Secret(Secret.of("team", "s")
                        .value()
                        .withMap(
                                "metadata",
                                metadata -> metadata.with("labels", MapValue.of(PipelineResources.SECRETS, "true")))
                        .with("data", MapValue.of("TOKEN", "aHVudGVyMg=="))));
        // The name of a step of this syntax is its script, in which the secret stands; the second keeps it as an
        // output.
        GitCluster.Run push =
                push(Map.of("pipeline", "test: echo it is hunter2; echo t=hunter2 > $OUT; test -z hunter2\n"));

        assertThat(log("hello-1"))
                .contains("test | it is ***\n")
                .contains("test | ==> echo it is ***\n")
                .doesNotContain("hunter2");
        assertThat(run("hello-1").value().toString()).contains("***").doesNotContain("hunter2");
        assertThat(cluster.client.resource(GitResources.COMMIT_STATUSES).list())
                .noneMatch(status -> status.value().toString().contains("hunter2"));
        assertThat(push.output()).contains("RED").doesNotContain("hunter2");
    }

    @Test
    void aRunWhoseStateIsTooLargeFails() throws Exception {
        String fill = "head -c 1000000 /dev/zero | tr '\\0' x > $OUT";
        push(Map.of("pipeline", "test: " + String.join("; ", Collections.nCopies(8, fill)) + "\n"));

        assertThat(phase("hello-1")).isEqualTo("Failed");
        assertThat(run("hello-1").value().map("status").string("message")).contains("its state cannot be kept");
        Await.until(
                "its pod is deleted",
                () -> cluster.client.resource(Pod.KIND).in("team").list(),
                pods -> pods.stream().allMatch(Pod::isDeleting));
    }

    @Test
    void aRestartInTheMiddleLosesAndRepeatsNothing() throws Exception {
        listener.set(new PushPipelines(context, Duration.ZERO));
        Path gate = folder.resolve("gate");
        Path times = folder.resolve("times");
        push(Map.of(
                "pipeline",
                "test: echo once >> " + times + " and echo one and while [ ! -e " + gate
                        + " ] and do sleep 0.1 and done and echo two; echo three\n"));
        Await.until("the first line is there", () -> log("hello-1"), text -> text.contains("test | one"));

        controller.close();
        informers.close();
        supervisor.close();
        local.cut();
        startController();
        Files.createFile(gate);

        Await.until("the run ends", () -> phase("hello-1"), "Succeeded"::equals);
        assertThat(log("hello-1").lines().filter(line -> !line.contains("==>")).toList())
                .containsExactly("test | one", "test | two", "test | three");
        assertThat(times).hasContent("once\n");
    }

    @Test
    void cancelledRunsEndTheirSteps() throws Exception {
        listener.set(new PushPipelines(context, Duration.ZERO));
        push(Map.of("pipeline", "test: echo one and sleep 600; echo never\n"));
        Await.until("the first line is there", () -> log("hello-1"), text -> text.contains("test | one"));

        cluster.client
                .resource(PipelineResources.RUNS)
                .in("team")
                .patch("hello-1", Patch.merge(MapValue.of("spec", MapValue.of("cancel", true))));

        Await.until("the run ends", () -> phase("hello-1"), "Cancelled"::equals);
        assertThat(log("hello-1")).doesNotContain("never");
    }
}
