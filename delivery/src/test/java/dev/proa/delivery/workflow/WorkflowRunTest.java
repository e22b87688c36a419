package dev.proa.delivery.workflow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.delivery.pipeline.Conclusion;
import dev.proa.delivery.pipeline.JobStart;
import dev.proa.delivery.pipeline.NextStep;
import dev.proa.delivery.pipeline.ParseOutcome;
import dev.proa.delivery.pipeline.Pipeline;
import dev.proa.delivery.pipeline.Problem;
import dev.proa.delivery.pipeline.RepositoryFiles;
import dev.proa.delivery.pipeline.RunDriver;
import dev.proa.delivery.pipeline.RunEvent;
import dev.proa.delivery.pipeline.StepAction;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WorkflowRunTest {
    private final Map<String, String> files = new HashMap<>();

    private Pipeline parse(String workflow) {
        return outcome(workflow).orThrow();
    }

    private ParseOutcome outcome(String workflow) {
        return WorkflowFile.parse(
                ".github/workflows/ci.yml", workflow.getBytes(StandardCharsets.UTF_8), RepositoryFiles.of(files));
    }

    private RunDriver start(String workflow) {
        return new RunDriver(parse(workflow), RunDriver.setup(RunDriver.push("refs/heads/main"), files));
    }

    @Test
    void jobsRunAfterThoseThatTheyNeedAndPassOutputsOn() {
        RunDriver run = start("""
                on: push
                env: {A: workflow, B: workflow}
                jobs:
                  build:
                    runs-on: ubuntu-latest
                    outputs:
                      version: ${{ steps.v.outputs.version }}
                      leak: ${{ secrets.TOKEN }}
                    env: {B: job, C: "${{ vars.REGION }}-${{ github.ref_name }}"}
                    steps:
                      - id: v
                        run: echo ${{ env.B }} ${{ github.sha }}
                        env: {D: "${{ env.C }}!"}
                      - run: second
                  deploy:
                    needs: build
                    runs-on: [self-hosted, linux]
                    environment: {name: prod, url: "https://x"}
                    steps:
                      - run: deploy ${{ needs.build.outputs.version }} ${{ needs.build.outputs.leak }}.
                        shell: bash
                        working-directory: app
                """);
        assertThat(run.state().ready()).extracting(JobStart::id).containsExactly("build");
        run.begin("build");
        assertThat(run.script("build")).isEqualTo("echo job 0123456789abcdef0123456789abcdef01234567");
        assertThat(run.step("build").env())
                .containsEntry("A", "workflow")
                .containsEntry("B", "job")
                .containsEntry("C", "eu-main")
                .containsEntry("D", "eu-main!")
                .containsEntry("CI", "true")
                .containsEntry("GITHUB_REF", "refs/heads/main")
                .containsEntry("RUNNER_OS", "Linux")
                .containsEntry("GITHUB_WORKSPACE", "/github/workspace");
        run.end(
                "build",
                Conclusion.SUCCESS,
                Map.of(
                        "GITHUB_OUTPUT",
                        "version<<EOF\n1\n2\nEOF\n",
                        "GITHUB_ENV",
                        "B=added\n",
                        "GITHUB_PATH",
                        "/opt/a\n/opt/b\n"));
        assertThat(run.step("build").env()).containsEntry("B", "added").doesNotContainKey("D");
        assertThat(run.step("build").path()).containsExactly("/opt/b", "/opt/a");
        run.end("build", Conclusion.SUCCESS).finish("build");
        JobStart deploy = run.state().ready().getFirst();
        assertThat(deploy.labels()).containsExactly("self-hosted", "linux");
        assertThat(deploy.environment()).isEqualTo("prod");
        run.begin("deploy");
        assertThat(run.step("deploy").action())
                .isEqualTo(new StepAction.Script("deploy 1\n2 .", "bash --noprofile --norc -eo pipefail {0}", "app"));
        run.end("deploy", Conclusion.SUCCESS).finish("deploy");
        assertThat(run.state().conclusion()).contains(Conclusion.SUCCESS);
    }

    @Test
    void aFailureSkipsWhatFollowsButForConditionsThatAskForIt() {
        RunDriver run = start("""
                on: push
                jobs:
                  a:
                    runs-on: x
                    steps:
                      - {name: bad, run: "false"}
                      - {name: skipped, run: b}
                      - {name: on failure, if: failure(), run: c}
                      - {name: always, if: "${{ always() }}", run: d}
                  b: {needs: a, runs-on: x, steps: [{run: x}]}
                  c: {needs: a, if: always(), runs-on: x, steps: [{run: x}]}
                  d: {needs: c, runs-on: x, steps: [{run: x}]}
                  e: {needs: [a, c], if: failure(), runs-on: x, steps: [{run: "echo ${{ needs.a.result }}"}]}
                """).run(step -> step.equals("a/bad"));
        assertThat(run.ran())
                .containsExactly("a/bad", "a/on failure", "a/always", "c/Run x", "e/Run echo ${{ needs.a.result }}");
        // What needs something that failed is skipped, also at a distance.
        assertThat(run.jobs()).containsExactly("a: FAILURE", "b: SKIPPED", "c: SUCCESS", "d: SKIPPED", "e: SUCCESS");
        assertThat(run.state().jobs().get(1).reason()).isEqualTo("it needs a, which failed");
        assertThat(run.state().jobs().getFirst().reason()).isEqualTo("step 'bad' failed");
        assertThat(run.state().conclusion()).contains(Conclusion.FAILURE);
    }

    @Test
    void continueOnErrorLetsStepsAndJobsFail() {
        RunDriver run = start("""
                on: push
                jobs:
                  a:
                    runs-on: x
                    continue-on-error: true
                    steps: [{name: bad, run: x}]
                  b:
                    needs: a
                    runs-on: x
                    steps:
                      - {id: s, name: bad, run: x, continue-on-error: true}
                      - {name: next, run: "${{ steps.s.outcome }} ${{ steps.s.conclusion }} ${{ needs.a.result }}"}
                """);
        run.begin("a").end("a", Conclusion.FAILURE).finish("a");
        run.begin("b").end("b", Conclusion.FAILURE);
        assertThat(run.script("b")).isEqualTo("failure success success");
        run.run(step -> false);
        assertThat(run.state().conclusion()).contains(Conclusion.SUCCESS);
    }

    private static final String MATRIX = """
            on: push
            jobs:
              test:
                strategy:
                  max-parallel: 2
                  matrix:
                    os: [linux, arm]
                    java: [17, 21]
                    exclude: [{os: arm, java: 17}]
                    include: [{os: linux, extra: yes}, {os: mac, java: 25}]
                runs-on: ${{ matrix.os }}
                steps: [{name: t, run: "${{ matrix.java }} ${{ matrix.extra }} ${{ strategy.job-index }}/${{ strategy.job-total }}"}]
              after: {needs: test, runs-on: x, steps: [{run: x}]}
            """;

    @Test
    void aMatrixIsAJobForEachCombination() {
        RunDriver run = start(MATRIX);
        assertThat(run.jobs())
                .containsExactly(
                        "test (linux, 17, yes): READY",
                        "test (linux, 21, yes): READY",
                        "test (arm, 21): READY",
                        "test (mac, 25): READY",
                        "after: WAITING");
        assertThat(run.state().ready()).extracting(JobStart::id).containsExactly("test.1", "test.2");
        assertThat(run.state().ready().getFirst().labels()).containsExactly("linux");
        run.begin("test.2");
        assertThat(run.script("test.2")).isEqualTo("21 yes 1/4");
        run.run(step -> false);
        assertThat(run.state().conclusion()).contains(Conclusion.SUCCESS);
    }

    @Test
    void oneFailureOfAMatrixEndsTheOthers() {
        RunDriver run = start(MATRIX);
        run.begin("test.1").begin("test.2").end("test.1", Conclusion.FAILURE).finish("test.1");
        assertThat(run.state().stopping()).containsExactly("test.2");
        run.end("test.2", Conclusion.CANCELLED).finish("test.2");
        assertThat(run.jobs())
                .containsExactly(
                        "test (linux, 17, yes): FAILURE",
                        "test (linux, 21, yes): CANCELLED",
                        "test (arm, 21): CANCELLED",
                        "test (mac, 25): CANCELLED",
                        "after: SKIPPED");
    }

    @Test
    void matricesMayComeFromOutputs() {
        RunDriver run = start("""
                on: push
                jobs:
                  list:
                    runs-on: x
                    outputs: {apps: "${{ steps.l.outputs.apps }}"}
                    steps: [{id: l, run: x}]
                  each:
                    needs: list
                    strategy: {matrix: {app: "${{ fromJSON(needs.list.outputs.apps) }}"}}
                    runs-on: x
                    steps: [{run: "${{ matrix.app.name }}"}]
                """);
        run.begin("list")
                .end("list", Conclusion.SUCCESS, Map.of("GITHUB_OUTPUT", "apps=[{\"name\":\"b\"},{\"name\":\"a\"}]"))
                .finish("list");
        assertThat(run.jobs()).containsExactly("list: SUCCESS", "each (b): READY", "each (a): READY");
    }

    @Test
    void cancellationLeavesWhatRunsAlways() {
        RunDriver run = start("""
                on: push
                jobs:
                  a:
                    runs-on: x
                    steps:
                      - {name: long, run: x}
                      - {name: not any more, run: x}
                      - {name: clean, if: cancelled(), run: x}
                  b: {needs: a, runs-on: x, steps: [{run: x}]}
                  c: {needs: a, if: always(), runs-on: x, steps: [{run: x}]}
                """);
        run.begin("a").send(new RunEvent.RunCancelled(run.at(), "mona cancelled it"));
        assertThat(run.state().stopping()).containsExactly("a");
        run.end("a", Conclusion.CANCELLED);
        assertThat(run.state().stopping()).isEmpty();
        assertThat(run.step("a").name()).isEqualTo("clean");
        run.run(step -> false);
        assertThat(run.jobs()).containsExactly("a: CANCELLED", "b: CANCELLED", "c: SUCCESS");
        assertThat(run.state().conclusion()).contains(Conclusion.CANCELLED);
    }

    @Test
    void filesAreHashedByTheRunner() {
        RunDriver run = start("""
                on: push
                jobs:
                  a:
                    runs-on: x
                    steps:
                      - uses: actions/cache@v4
                        with: {path: ~/.m2, Key: "m2-${{ hashFiles('**/pom.xml') }}"}
                      - run: build
                """);
        run.begin("a");
        assertThat(run.state().next("a")).isEqualTo(new NextStep.HashFiles(List.of("**/pom.xml")));
        run.send(new RunEvent.FilesHashed(run.at(), "a", List.of("**/pom.xml"), "cafe"));
        assertThat(run.step("a").action())
                .isEqualTo(new StepAction.BuiltIn(
                        "actions/cache",
                        "v4",
                        Map.of("path", "~/.m2", "key", "m2-cafe"),
                        StepAction.Phase.MAIN,
                        Map.of()));
        run.send(new RunEvent.StepEnded(
                run.at(), "a", "1", Conclusion.SUCCESS, "", Map.of(), Map.of(), Map.of("hit", "no")));
        run.end("a", Conclusion.SUCCESS);
        assertThat(run.step("a").name()).isEqualTo("Post Run actions/cache@v4");
        assertThat(((StepAction.BuiltIn) run.step("a").action()).state()).containsEntry("hit", "no");
    }

    @Test
    void compositeActionsRunTheirSteps() {
        files.put("actions/greet/action.yml", """
                name: Greet
                inputs: {who: {required: true}, greeting: {default: Hello}}
                outputs: {text: {value: "${{ steps.say.outputs.text }}"}}
                runs:
                  using: composite
                  steps:
                    - {id: say, run: "echo ${{ inputs.greeting }} ${{ inputs.who }}", shell: bash}
                    - {run: "ls ${{ github.action_path }}", shell: sh}
                """);
        RunDriver run = start("""
                on: push
                jobs:
                  a:
                    runs-on: x
                    steps:
                      - {id: g, uses: ./actions/greet, with: {who: "${{ github.actor }}"}}
                      - run: ${{ steps.g.outputs.text }}
                """);
        run.begin("a");
        assertThat(run.step("a").id()).isEqualTo("1-1");
        assertThat(run.script("a")).isEqualTo("echo Hello mona");
        run.end("a", Conclusion.SUCCESS, Map.of("GITHUB_OUTPUT", "text=hi"));
        assertThat(run.script("a")).isEqualTo("ls /github/workspace/actions/greet");
        run.end("a", Conclusion.SUCCESS);
        assertThat(run.script("a")).isEqualTo("hi");
    }

    @Test
    void workflowsOfTheRepositoryAreCalled() {
        files.put(".github/workflows/deploy.yml", """
                on:
                  workflow_call:
                    inputs: {env: {type: string, required: true}, dry: {type: boolean, default: true}}
                    secrets: {key: {required: true}}
                    outputs: {url: {value: "${{ jobs.go.outputs.url }}"}}
                jobs:
                  go:
                    runs-on: x
                    outputs: {url: "https://${{ inputs.env }}"}
                    steps: [{name: s, run: "${{ inputs.env }} ${{ inputs.dry }} ${{ secrets.key }} ${{ secrets.TOKEN }}"}]
                """);
        RunDriver run = start("""
                on: push
                jobs:
                  deploy:
                    uses: ./.github/workflows/deploy.yml
                    with: {env: prod}
                    secrets: {key: "${{ secrets.TOKEN }}"}
                  tell: {needs: deploy, runs-on: x, steps: [{run: "${{ needs.deploy.outputs.url }}"}]}
                """);
        assertThat(run.jobs()).containsExactly("deploy: RUNNING", "deploy / go: READY", "tell: WAITING");
        run.begin("deploy.go");
        assertThat(run.script("deploy.go")).isEqualTo("prod true s3cret ");
        run.end("deploy.go", Conclusion.SUCCESS).finish("deploy.go").begin("tell");
        assertThat(run.script("tell")).isEqualTo("https://prod");
    }

    @Test
    void brokenFilesOfStepsFailThem() {
        RunDriver run = start("on: push\njobs: {a: {runs-on: x, steps: [{name: s, run: x}]}}\n");
        run.begin("a")
                .end("a", Conclusion.SUCCESS, Map.of("GITHUB_ENV", "nonsense\n"))
                .finish("a");
        assertThat(run.state().jobs().getFirst().reason())
                .isEqualTo("step 's': Unable to process file command 'env' successfully. Invalid format 'nonsense'");
        assertThat(run.state().conclusion()).contains(Conclusion.FAILURE);
    }

    @Test
    void containersAndServicesAreResolved() {
        RunDriver run = start("""
                on: push
                concurrency: {group: "ci-${{ github.ref }}", cancel-in-progress: true}
                jobs:
                  a:
                    runs-on: x
                    timeout-minutes: 5
                    container: {image: "eclipse-temurin:${{ vars.REGION }}", env: {X: 1.50}, credentials: {username: me, password: "${{ secrets.TOKEN }}"}}
                    services:
                      db: {image: "postgres:16", env: {POSTGRES_PASSWORD: x}, ports: ["5432:5432"], options: --health-cmd pg_isready}
                      off: {image: "${{ '' }}"}
                    steps: [{run: x}]
                """);
        JobStart start = run.state().ready().getFirst();
        assertThat(start.timeout()).hasMinutes(5);
        assertThat(start.container().orElseThrow().image()).isEqualTo("eclipse-temurin:eu");
        assertThat(start.container().orElseThrow().env()).containsEntry("X", "1.5");
        assertThat(start.container().orElseThrow().password()).isEqualTo("s3cret");
        assertThat(start.services()).containsOnlyKeys("db");
        assertThat(run.state().concurrency().orElseThrow().group()).isEqualTo("ci-refs/heads/main");
        run.begin("a");
        assertThat(((StepAction.Script) run.step("a").action()).shell()).isEqualTo("sh -e {0}");
    }

    @Test
    void problemsHaveTheirPlaces() {
        assertThat(((ParseOutcome.Rejected) outcome("""
                on: [push, shove]
                jobs:
                  a:
                    runs_on: x
                    needs: z
                    steps:
                      - run: echo ${{ github.reff == }}
                      - uses: actions/checkout
                      - run: ${{ matrix.x }} ${{ jobs.x }}
                      - {name: nothing}
                  b:
                    runs-on: x
                    if: ${{ matrix.x == 1 }}
                    steps: [{run: x, with: {a: b}}]
                """)).problems())
                .extracting(Problem::toString)
                .satisfies(problems -> {
                    assertThat(problems)
                            .anySatisfy(one ->
                                    assertThat(one).startsWith(".github/workflows/ci.yml:1:12: unknown event 'shove'"));
                    assertThat(problems)
                            .anySatisfy(one -> assertThat(one)
                                    .startsWith(".github/workflows/ci.yml:4:5: unknown key 'runs_on' in a job"));
                    assertThat(problems)
                            .anySatisfy(
                                    one -> assertThat(one).contains("ci.yml:3:3: job 'a' needs 'z', which is no job"));
                    assertThat(problems)
                            .anySatisfy(one -> assertThat(one).contains("ci.yml:7:14: Unexpected end of expression"));
                    assertThat(problems)
                            .anySatisfy(one -> assertThat(one)
                                    .contains("ci.yml:8:9: the action 'actions/checkout' has no version"));
                    assertThat(problems)
                            .anySatisfy(one -> assertThat(one).contains("Unrecognized named-value: 'jobs'"));
                    assertThat(problems)
                            .anySatisfy(one -> assertThat(one).contains("ci.yml:10:9: a step has either run or uses"));
                    assertThat(problems)
                            .anySatisfy(
                                    one -> assertThat(one).contains("ci.yml:13:9: Unrecognized named-value: 'matrix'"));
                    assertThat(problems).anySatisfy(one -> assertThat(one).contains("with is for steps with uses"));
                });
    }

    @Test
    void anchorsStandForWhatTheyName() {
        RunDriver run = start("""
                on: push
                jobs:
                  a: {runs-on: x, env: &env {A: one}, steps: &steps [{name: s, run: x}]}
                  b: {runs-on: x, env: *env, steps: *steps}
                """).run(step -> false);
        assertThat(run.ran()).containsExactly("a/s", "b/s");
    }
}
