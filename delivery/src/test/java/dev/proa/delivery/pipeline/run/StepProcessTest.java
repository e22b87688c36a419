package dev.proa.delivery.pipeline.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.client.ObjectKey;
import dev.proa.client.Transport.TransportException;
import dev.proa.testing.Await;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StepProcessTest {
    @TempDir
    private Path folder;

    private final LocalCommands commands = new LocalCommands();
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final StepProcess.Counted output = new StepProcess.Counted(bytes);
    private JobContainer container;
    private StepProcess step;

    @BeforeEach
    void make() {
        container = new JobContainer(
                commands,
                new ObjectKey("team", "pod"),
                "job",
                folder.resolve("c").toString());
        step = new StepProcess(container, "1");
    }

    private void start(String script, Map<String, String> environment) throws Exception {
        step.start(script, "sh -e {0}", folder.toString(), environment, List.of());
    }

    private String printed() {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void outputAndExitCodeComeBack() throws Exception {
        start("echo \"$GREETING\"; pwd; echo no >&2; exit 3", Map.of("GREETING", "it's\n${HOME} 'day'"));

        assertThat(step.follow(output, id -> {})).isEqualTo(3);
        assertThat(printed()).isEqualTo("it's\n${HOME} 'day'\n" + folder + "\nno\n");
    }

    @Test
    void startedTwiceItRunsOnce() throws Exception {
        start("echo once >> " + folder + "/times", Map.of());
        step.follow(output, id -> {});
        start("echo once >> " + folder + "/times", Map.of());
        step.follow(output, id -> {});

        assertThat(folder.resolve("times")).hasContent("once\n");
    }

    @Test
    void aBrokenConnectionLosesNothing() throws Exception {
        Path gate = folder.resolve("gate");
        start("echo one; while [ ! -e " + gate + " ]; do sleep 0.05; done; echo two", Map.of());
        CompletableFuture<Throwable> first = CompletableFuture.supplyAsync(() -> {
            try {
                step.follow(output, id -> {});
                return new AssertionError("it ended");
            } catch (Exception e) {
                return e;
            }
        });
        Await.until("the first line is there", this::printed, "one\n"::equals);
        commands.cut();
        assertThat(first.get(30, TimeUnit.SECONDS)).isInstanceOf(TransportException.class);
        Files.createFile(gate);

        assertThat(step.follow(output, id -> {})).isZero();
        assertThat(printed()).isEqualTo("one\ntwo\n");
    }

    @Test
    void signalsEndTheWholeGroup() throws Exception {
        start("trap '' TERM; (while :; do sleep 0.1; done) & echo $!; wait", Map.of());
        Path out = folder.resolve("c/steps/1/out");
        Await.until("it has begun", () -> out.toFile().length(), size -> size > 0);
        step.signal("TERM");
        step.signal("KILL");

        assertThat(step.follow(output, id -> {})).isEqualTo(137);
        long child = Long.parseLong(printed().strip());
        Await.until(
                "its child has ended",
                () -> ProcessHandle.of(child).map(ProcessHandle::isAlive).orElse(false),
                alive -> !alive);
    }

    @Test
    void aMissingWorkingDirectoryFailsTheStep() throws Exception {
        step.start("echo never", "sh {0}", folder + "/nowhere", Map.of(), List.of());

        assertThat(step.follow(output, id -> {})).isEqualTo(1);
        assertThat(printed()).contains("nowhere").doesNotContain("never");
    }

    @Test
    void toolsAreAnsweredByTheRunner() throws Exception {
        String bin = ToolRequest.install(container);
        start(
                "printf secret | docker login -u me --password-stdin 'a b'; docker push x || echo failed with $?",
                Map.of("PATH", bin + ":" + System.getenv("PATH"), "PROA_CONTROL", container.control()));
        List<ToolRequest> seen = new CopyOnWriteArrayList<>();

        int exit = step.follow(output, id -> Thread.ofVirtual().start(() -> answer(id, seen)));

        assertThat(exit).isZero();
        assertThat(seen.getFirst().tool()).isEqualTo("docker");
        assertThat(seen.getFirst().arguments()).containsExactly("login", "-u", "me", "--password-stdin", "a b");
        assertThat(seen.getFirst().input()).isEqualTo("secret");
        assertThat(seen.getFirst().workingDirectory()).isEqualTo(folder.toString());
        assertThat(printed()).isEqualTo("answer to login\nanswer to push\nfailed with 7\n");
    }

    private void answer(String id, List<ToolRequest> seen) {
        try {
            ToolRequest request = ToolRequest.read(container, id);
            seen.add(request);
            request.print(container, "answer to " + request.arguments().getFirst() + "\n");
            request.end(container, request.arguments().getFirst().equals("push") ? 7 : 0);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
