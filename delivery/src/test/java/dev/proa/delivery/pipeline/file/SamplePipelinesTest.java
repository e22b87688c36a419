package dev.proa.delivery.pipeline.file;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.delivery.gitlab.GitlabFile;
import dev.proa.delivery.pipeline.Pipeline;
import dev.proa.delivery.pipeline.RepositoryFiles;
import dev.proa.delivery.pipeline.RunDriver;
import dev.proa.delivery.pipeline.RunSetup;
import dev.proa.delivery.pipeline.TriggerDecision;
import dev.proa.delivery.pipeline.TriggerEvent;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pipelines in the style of public projects: what runs for which event. */
class SamplePipelinesTest {
    private static final Map<String, String> OTHERS = Map.of(
            ".github/actions/prepare/action.yml",
            "name: Prepare\ninputs: {tool: {default: make}}\nruns:\n  using: composite\n  steps: [{run: 'which ${{ inputs.tool }}', shell: sh}]\n",
            "ci/base.yml",
            ".base: {image: gcc}\n",
            "ci/jobs/scan.yml",
            "scan: {script: scan, only: [schedules]}\n");

    private static Map<String, String> files(String name) {
        Map<String, String> files = new HashMap<>(OTHERS);
        files.put(".github/workflows/reusable-build.yml", text("reusable-build"));
        files.put(path(name), text(name));
        return files;
    }

    private static String path(String name) {
        return name.startsWith("gitlab-") ? GitlabFile.PATH : ".github/workflows/" + name + ".yml";
    }

    private static String text(String name) {
        try (InputStream in = Objects.requireNonNull(
                SamplePipelinesTest.class.getResourceAsStream("/dev/proa/delivery/pipelines/" + name + ".yml"), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static TriggerEvent event(String text) {
        String[] words = text.split(" ");
        String[] rest = Arrays.copyOfRange(words, Math.min(2, words.length), words.length);
        return switch (words[0]) {
            case "branch" -> RunDriver.push("refs/heads/" + words[1], rest);
            case "tag" -> RunDriver.push("refs/tags/" + words[1], rest);
            case "request" -> RunDriver.request("main", words[1], rest);
            case "cron" ->
                RunDriver.push("refs/heads/main").as(TriggerEvent.Kind.SCHEDULE, Map.of(), text.substring(5));
            case "by-hand" -> {
                Map<String, String> inputs = new HashMap<>();
                for (String input : Arrays.copyOfRange(words, 1, words.length)) {
                    inputs.put(input.split("=")[0], input.split("=")[1]);
                }
                yield RunDriver.push("refs/heads/main").as(TriggerEvent.Kind.DISPATCH, inputs, "");
            }
            default -> throw new IllegalArgumentException(text);
        };
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "maven-matrix ~ branch main ~ verify (17, ubuntu-latest): SUCCESS; verify (21, ubuntu-latest): SUCCESS; verify (25, ubuntu-latest): SUCCESS",
                "maven-matrix ~ branch dev ~ no",
                "maven-matrix ~ request opened ~ verify (17, ubuntu-latest): SUCCESS; verify (21, ubuntu-latest): SUCCESS; verify (25, ubuntu-latest): SUCCESS",
                "gradle ~ branch any ~ build: SUCCESS",
                "node-matrix ~ branch main ~ test (20.x): SUCCESS; test (22.x): SUCCESS; test (24.x): SUCCESS",
                "go ~ branch release/1/x ~ test: SUCCESS",
                "go ~ branch releases ~ no",
                "go ~ tag v1 ~ no",
                "rust ~ branch main ~ check (stable): SUCCESS; check (beta): SUCCESS",
                "python-tox ~ branch a ~ tox (3.11): SUCCESS; tox (3.12): SUCCESS; tox (3.13, true): SUCCESS",
                "docker-publish ~ tag v1.2.3 ~ image: SUCCESS",
                "docker-publish ~ tag 1.2.3 ~ no",
                "docker-publish ~ branch main ~ image: SUCCESS",
                "kubectl-deploy ~ branch main ~ test: SUCCESS; deploy: SUCCESS",
                "release-on-tag ~ tag v1.20.3 ~ build: SUCCESS; publish: SUCCESS",
                "release-on-tag ~ tag v0.1.2 ~ no",
                "release-on-tag ~ tag v1.2 ~ no",
                "release-on-tag ~ branch main ~ no",
                "lint ~ request synchronize ~ lint: SUCCESS; format: SUCCESS",
                "lint ~ request closed ~ no",
                "monorepo-api ~ branch main services/api/a/b.go ~ test: SUCCESS",
                "monorepo-api ~ branch main services/api/README.md ~ no",
                "monorepo-api ~ branch main services/web/x.ts ~ no",
                "monorepo-docs ~ branch main a/b/c.md ~ links: SUCCESS",
                "monorepo-docs ~ branch main a.txt ~ no",
                "ignore-docs ~ branch main docs/a README.md ~ no",
                "ignore-docs ~ branch main docs/a src/x ~ test: SUCCESS",
                "ignore-docs ~ branch dependabot/npm/x ~ no",
                "nightly ~ cron 30 3 * * 1-5 ~ soak: SUCCESS",
                "nightly ~ by-hand ~ soak: SUCCESS",
                "nightly ~ branch main ~ no",
                "manual-deploy ~ by-hand version=1 ~ deploy: SUCCESS",
                "manual-deploy ~ by-hand ~ refused",
                "manual-deploy ~ by-hand version=1 env=moon ~ refused",
                "manual-deploy ~ by-hand version=1 dry-run=maybe ~ refused",
                "services ~ branch main ~ integration: SUCCESS",
                "container-job ~ branch x ~ build: SUCCESS",
                "dynamic-matrix ~ branch x ~ changed: SUCCESS; each: FAILURE",
                "cancel-stale ~ request opened ~ test: SUCCESS",
                "artifacts ~ branch x ~ build: SUCCESS; sign: SUCCESS",
                "notify ~ branch a/b ~ test: SUCCESS; notify: SKIPPED",
                "labels ~ request labeled ~ preview: SKIPPED",
                "labels ~ request opened ~ no",
                "no-wip ~ branch feature/a ~ test: SUCCESS",
                "no-wip ~ branch feature/wip-a ~ no",
                "no-wip ~ branch feature/a/b ~ no",
                "outputs-chain ~ branch x ~ a: SUCCESS; b: SUCCESS; c: SUCCESS",
                "python-script ~ branch x ~ calc: SUCCESS",
                "anchors ~ branch x ~ unit: SUCCESS; e2e: SUCCESS",
                "static-site ~ branch main site/a ~ build: SUCCESS",
                "reusable-build ~ branch main ~ no",
                "calls-reusable ~ branch main ~ image (web): SUCCESS; image (web) / build: SUCCESS; image (api): SUCCESS; image (api) / build: SUCCESS; done: SUCCESS",
                "composite ~ branch x ~ build: SUCCESS",
                "gitlab-maven ~ branch main ~ build: SUCCESS; test: SUCCESS; package: SUCCESS; deploy: SUCCESS",
                "gitlab-maven ~ branch dev ~ build: SUCCESS; test: SUCCESS",
                "gitlab-rules ~ branch main src/a/b.c ~ test: SUCCESS",
                "gitlab-rules ~ branch main doc/a ~ test: MANUAL",
                "gitlab-rules ~ branch dev ~ no",
                "gitlab-rules ~ request opened src/x ~ lint: SUCCESS; test: SUCCESS",
                "gitlab-rules ~ tag v12 doc/a ~ release: SUCCESS",
                "gitlab-rules ~ tag x ~ no",
                "gitlab-extends ~ branch x ~ unit: SUCCESS",
                "gitlab-dag ~ branch x ~ linux: SUCCESS; mac: SUCCESS; test linux: SUCCESS; test mac: SUCCESS; quick: SUCCESS",
                "gitlab-matrix ~ branch x ~ test: [pg, 1]: SUCCESS; test: [pg, 2]: SUCCESS; test: [mysql, 1]: SUCCESS; test: [mysql, 2]: SUCCESS; test: [sqlite]: SUCCESS; split 1/3: SUCCESS; split 2/3: SUCCESS; split 3/3: SUCCESS",
                "gitlab-manual ~ branch x ~ build: SUCCESS; approve: MANUAL; optional: MANUAL; deploy: WAITING; later: WAITING",
                "gitlab-failure ~ branch x ~ flaky: SUCCESS; loose: SUCCESS; fix: SKIPPED; always: SUCCESS; next: SUCCESS",
                "gitlab-dotenv ~ branch x ~ build: SUCCESS; use: SUCCESS",
                "gitlab-default ~ branch x ~ test: SUCCESS; plain: SUCCESS",
                "gitlab-include ~ branch x ~ build: SUCCESS",
                "gitlab-include ~ cron 0 0 * * * ~ scan: SUCCESS; build: SUCCESS",
            })
    void runsForEvents(String name, String event, String jobs) {
        Map<String, String> files = files(name);
        Pipeline pipeline =
                PipelineFiles.read(path(name), RepositoryFiles.of(files)).orThrow();
        TriggerEvent happened = TriggerEvent.fromValue(event(event).toValue());
        TriggerDecision decision = pipeline.trigger(happened);
        switch (jobs) {
            case "no" -> assertThat(decision).isInstanceOf(TriggerDecision.Ignores.class);
            case "refused" -> assertThat(decision).isInstanceOf(TriggerDecision.Refuses.class);
            default -> {
                assertThat(decision).isEqualTo(new TriggerDecision.Runs());
                RunSetup setup = RunDriver.setup(happened, files);
                assertThat(new RunDriver(pipeline, setup).run(step -> false).jobs())
                        .containsExactlyElementsOf(List.of(jobs.split("; ")));
            }
        }
    }
}
