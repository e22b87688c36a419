package dev.proa.delivery.gitlab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.delivery.pipeline.Conclusion;
import dev.proa.delivery.pipeline.JobView;
import dev.proa.delivery.pipeline.ParseOutcome;
import dev.proa.delivery.pipeline.Problem;
import dev.proa.delivery.pipeline.RepositoryFiles;
import dev.proa.delivery.pipeline.RunDriver;
import dev.proa.delivery.pipeline.RunEvent;
import dev.proa.delivery.pipeline.StepAction;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GitlabRunTest {
    private static ParseOutcome outcome(String yaml) {
        return GitlabFile.parse(GitlabFile.PATH, yaml.getBytes(StandardCharsets.UTF_8), RepositoryFiles.of(Map.of()));
    }

    private static RunDriver start(String yaml) {
        return new RunDriver(outcome(yaml).orThrow(), RunDriver.setup(RunDriver.push("refs/heads/main"), Map.of()));
    }

    @Test
    void templatesAndReferencesArePutIn() {
        RunDriver run = start("""
                .base: {image: "node:$V", before_script: [npm ci], variables: {A: base, B: base, V: "22"}}
                .more: {variables: {B: more}}
                .setup: {script: [setup one, "setup 'two'"]}
                unit: {extends: [.base, .more], script: [!reference [.setup, script], npm test], variables: {C: "$A-${B}-$$x"}}
                """);
        assertThat(run.state().ready().getFirst().container().orElseThrow().image())
                .isEqualTo("node:22");
        run.begin("unit").end("unit", Conclusion.SUCCESS);
        assertThat(run.script("unit")).isEqualTo("""
                printf '%s\\n' '$ npm ci'
                npm ci
                printf '%s\\n' '$ setup one'
                setup one
                printf '%s\\n' '$ setup '\\''two'\\'''
                setup 'two'
                printf '%s\\n' '$ npm test'
                npm test
                """);
        assertThat(run.step("unit").env())
                .containsEntry("C", "base-more-$x")
                .containsEntry("CI_COMMIT_BRANCH", "main")
                .containsEntry("TOKEN", "s3cret")
                .containsEntry("CI_PROJECT_DIR", "/github/workspace")
                .containsEntry("CI_COMMIT_SHORT_SHA", "01234567");
    }

    @Test
    void failuresAreTriedAgainAndLetOthersRun() {
        RunDriver run = start("""
                stages: [test, cleanup]
                flaky: {stage: test, script: flaky, retry: {max: 1, when: script_failure}}
                loose: {stage: test, script: loose, allow_failure: true}
                fix: {stage: cleanup, script: fix, when: on_failure}
                always: {stage: cleanup, script: always, when: always}
                next: {stage: cleanup, script: next}
                """)
                .run(step -> step.endsWith("Run script") && !step.startsWith("fix") && !step.startsWith("always"));
        assertThat(run.jobs())
                .containsExactly(
                        "flaky: FAILURE", "loose: FAILURE", "fix: SUCCESS", "always: SUCCESS", "next: SKIPPED");
        assertThat(run.state().jobs().getFirst().attempt()).isEqualTo(2);
        assertThat(run.state().conclusion()).contains(Conclusion.FAILURE);
    }

    @Test
    void jobsWaitForPeopleAndForTime() {
        RunDriver run = start("""
                stages: [approve, later]
                approve: {stage: approve, script: ok, when: manual, allow_failure: false}
                later: {stage: later, script: x, when: delayed, start_in: 30 minutes}
                """);
        assertThat(run.state().ready()).isEmpty();
        assertThat(run.state().conclusion()).isEmpty();
        run.send(new RunEvent.JobPlayed(run.at(), "approve", Map.of("WHO", "mona")))
                .begin("approve")
                .end("approve", Conclusion.SUCCESS);
        assertThat(run.step("approve").env()).containsEntry("WHO", "mona");
        run.end("approve", Conclusion.SUCCESS).finish("approve");
        assertThat(run.state().ready()).isEmpty();
        run.send(new RunEvent.TimePassed(run.state().wakeAt().orElseThrow()));
        assertThat(run.state().ready()).extracting(job -> job.id()).containsExactly("later");
    }

    @Test
    void artifactsCachesAndVariablesArePassedOn() {
        RunDriver run = start("""
                build:
                  stage: build
                  script: make
                  cache: {key: {files: [go.sum], prefix: go}, paths: [.cache]}
                  artifacts: {paths: [dist/], exclude: [dist/x], expire_in: 1 week, reports: {dotenv: build.env}}
                use: {stage: deploy, script: use, environment: "review/$VERSION", variables: {GIT_STRATEGY: none}}
                """);
        run.begin("build").end("build", Conclusion.SUCCESS);
        run.send(new RunEvent.FilesHashed(run.at(), "build", java.util.List.of("go.sum"), "cafe"));
        assertThat(((StepAction.BuiltIn) run.step("build").action()).inputs()).containsEntry("key", "go-cafe");
        run.end("build", Conclusion.FAILURE);
        assertThat(run.step("build").resultFiles())
                .extracting(file -> file.path())
                .containsExactly("build.env");
        run.end("build", Conclusion.SUCCESS, Map.of("DOTENV", "VERSION=1.2\nRAW=$CI\n"));
        run.send(new RunEvent.FilesHashed(run.at(), "build", java.util.List.of("go.sum"), "cafe"))
                .end("build", Conclusion.SUCCESS);
        assertThat(((StepAction.BuiltIn) run.step("build").action()).inputs())
                .containsEntry("path", "dist/\n!dist/x")
                .containsEntry("retention-days", "7");
        run.end("build", Conclusion.SUCCESS).finish("build");
        assertThat(run.state().jobs().getFirst().conclusion()).contains(Conclusion.SUCCESS);
        assertThat(run.state().ready().getFirst().environment()).isEqualTo("review/1.2");
        run.begin("use");
        assertThat(((StepAction.BuiltIn) run.step("use").action()).name()).isEqualTo("actions/download-artifact");
        assertThat(run.step("use").env()).containsEntry("RAW", "$CI");
    }

    @Test
    void needsLetJobsRunBeforeTheirStage() {
        RunDriver run = start("""
                slow: {stage: build, script: x}
                fast: {stage: build, script: x}
                deploy: {stage: deploy, needs: [fast], script: x}
                now: {stage: deploy, needs: [], script: x}
                """);
        assertThat(run.state().ready()).extracting(job -> job.id()).containsExactly("slow", "fast", "now");
        run.begin("fast")
                .end("fast", Conclusion.SUCCESS)
                .end("fast", Conclusion.SUCCESS)
                .finish("fast");
        assertThat(run.state().jobs())
                .filteredOn(job -> job.id().equals("deploy"))
                .extracting(JobView::status)
                .containsExactly(JobView.Status.READY);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '@',
            quoteCharacter = '`',
            value = {
                "$A == \"x\" @ true",
                "$A != 'x' @ false",
                "$NONE == null @ true",
                "$A @ true",
                "$EMPTY @ false",
                "$NONE @ false",
                "$A =~ /^X$/i @ true",
                "$A !~ /y/ @ true",
                "$PATH =~ /a\\/b/ @ true",
                "$A =~ $RE @ true",
                "$NONE =~ /x/ @ false",
                "$A == \"y\" || $A == \"x\" && $EMPTY == \"\" @ true",
                "($A == \"x\" || $A) && $NONE @ false",
                "${A} == 'x' @ true",
                "\"x\" == $A @ true",
            })
    void rulesHaveExpressions(String text, boolean holds) {
        Map<String, String> variables = Map.of("A", "x", "EMPTY", "", "PATH", "a/b", "RE", "/^x/");
        assertThat(RuleExpression.parse(text).holds(variables)).isEqualTo(holds);
    }

    @Test
    void brokenExpressionsSayWhere() {
        assertThatThrownBy(() -> RuleExpression.parse("$A == x"))
                .hasMessage("unexpected 'x': texts stand in quotes, variables after $, at position 7 of: $A == x");
        assertThatThrownBy(() -> RuleExpression.parse("($A")).hasMessageContaining("a ) is missing");
    }

    @Test
    void variablesNameEachOther() {
        assertThat(Variables.expanded(
                        Map.of("A", "1$B", "B", "2${C}", "C", "$$3", "L", "$L x", "R", "$A"), Set.of("R")))
                .containsEntry("A", "12$3")
                .containsEntry("L", "$L x")
                .containsEntry("R", "$A");
    }

    @Test
    void durationsAreRead() {
        assertThat(Durations.parse("1h 30m")).isEqualTo(Duration.ofMinutes(90));
        assertThat(Durations.parse("3 hours 30 minutes")).isEqualTo(Duration.ofMinutes(210));
        assertThat(Durations.parse("2 weeks and 2 days")).isEqualTo(Duration.ofDays(16));
        assertThatThrownBy(() -> Durations.parse("soon")).hasMessageContaining("no duration");
    }

    @Test
    void problemsHaveTheirPlaces() {
        assertThat(((ParseOutcome.Rejected) outcome("""
                include: [{project: other/ci, file: x.yml}]
                build:
                  stage: biuld
                  scripts: make
                down: {trigger: other/project}
                a: {script: x, needs: [zz], extends: .none}
                b: {script: x, rules: [{if: $A = 1}]}
                """)).problems())
                .extracting(Problem::toString)
                .satisfies(problems -> {
                    assertThat(problems)
                            .anySatisfy(one -> assertThat(one)
                                    .startsWith(".gitlab-ci.yml:1:11: include:project is of another place"));
                    assertThat(problems)
                            .anySatisfy(one -> assertThat(one)
                                    .startsWith(".gitlab-ci.yml:3:3: the stage 'biuld' of job 'build' is none of"));
                    assertThat(problems)
                            .anySatisfy(one -> assertThat(one).contains(":4:3: unknown key 'scripts' in job 'build'"));
                    assertThat(problems)
                            .anySatisfy(one -> assertThat(one).contains("job 'down' starts another pipeline"));
                    assertThat(problems)
                            .anySatisfy(one -> assertThat(one).contains("job 'a' needs 'zz', which is no job"));
                    assertThat(problems)
                            .anySatisfy(one -> assertThat(one).contains("extends '.none', which is not there"));
                    assertThat(problems).anySatisfy(one -> assertThat(one).contains("at position"));
                });
    }
}
