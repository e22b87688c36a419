package dev.proa.delivery.gitlab;

import dev.proa.delivery.pipeline.Available;
import dev.proa.delivery.pipeline.JobStart.ContainerSpec;
import dev.proa.delivery.pipeline.OutputReader;
import dev.proa.delivery.pipeline.ParseOutcome;
import dev.proa.delivery.pipeline.Pipeline;
import dev.proa.delivery.pipeline.Problem;
import dev.proa.delivery.pipeline.RepositoryFiles;
import dev.proa.delivery.pipeline.RunSetup;
import dev.proa.delivery.pipeline.RunState;
import dev.proa.delivery.pipeline.TriggerDecision;
import dev.proa.delivery.pipeline.TriggerEvent;
import dev.proa.delivery.pipeline.yaml.YamlReader;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A {@code .gitlab-ci.yml} with the files that it includes. Immutable. */
public final class GitlabFile implements Pipeline {
    /** Where the file is. */
    public static final String PATH = ".gitlab-ci.yml";

    private final GitlabSpec spec;
    private final RepositoryFiles files;

    private GitlabFile(GitlabSpec spec, RepositoryFiles files) {
        this.spec = spec;
        this.files = files;
    }

    /** Reads a file, and what it includes of its repository. */
    public static ParseOutcome parse(String path, byte[] bytes, RepositoryFiles files) {
        List<Problem> problems = new ArrayList<>();
        YamlReader reader = new YamlReader(path, problems);
        GitlabSpec spec = new GitlabReader(reader).read(new SourceTree(files, reader).read(path, bytes));
        return problems.isEmpty()
                ? new ParseOutcome.Parsed(new GitlabFile(spec, files))
                : new ParseOutcome.Rejected(problems.stream().distinct().toList());
    }

    @Override
    public String path() {
        return spec.path();
    }

    @Override
    public String name() {
        return spec.path();
    }

    /** A pipeline runs when the rules of {@code workflow} let it, and at least one job is in it. */
    @Override
    public TriggerDecision trigger(TriggerEvent event) {
        if (event.deletes()) {
            return new TriggerDecision.Ignores(event.ref() + " was deleted");
        }
        if (event.kind() == TriggerEvent.Kind.PUSH && event.commitMessage().matches("(?is).*\\[(ci skip|skip ci)].*")) {
            return new TriggerDecision.Ignores("the commit message says [skip ci]");
        }
        Map<String, String> variables = new LinkedHashMap<>(Predefined.of(event));
        variables.putAll(spec.variables());
        variables.putAll(event.inputs());
        if (spec.rules().isPresent()) {
            Optional<GitlabJob.Rule> rule = RuleDecision.first(spec.rules().get(), variables, event, files);
            if (rule.isEmpty()) {
                return new TriggerDecision.Ignores(
                        "workflow:rules do not let it run for " + event.kind().word() + " of " + event.ref());
            }
            variables.putAll(rule.get().variables());
        }
        boolean any = spec.jobs().stream().anyMatch(job -> {
            Map<String, String> all = new LinkedHashMap<>(variables);
            all.putAll(job.variables());
            return !job.parallel().isEmpty() && job.matrix() && job.rules().isPresent()
                    || RuleDecision.of(job, Variables.expanded(all, spec.raw()), event, files)
                            .isPresent();
        });
        return any
                ? new TriggerDecision.Runs()
                : new TriggerDecision.Ignores("no job is for " + event.kind().word() + " of " + event.ref());
    }

    @Override
    public List<String> schedules() {
        return List.of();
    }

    @Override
    public List<Problem> missing(Available available) {
        List<Problem> problems = new ArrayList<>();
        for (GitlabJob job : spec.jobs()) {
            List<ContainerSpec> containers = new ArrayList<>(job.services().values());
            job.image().ifPresent(containers::add);
            for (ContainerSpec container : containers) {
                String image = container.image();
                if (!image.contains("$") && !available.image(image)) {
                    problems.add(problem(job, "the image " + image + " of job '" + job.name() + "' cannot be had"));
                }
            }
            if (job.image().isEmpty() && !available.labels(job.tags())) {
                problems.add(problem(
                        job,
                        job.tags().isEmpty()
                                ? "job '" + job.name() + "' has no image, and there is none for jobs without"
                                : "there is no image for tags: " + String.join(", ", job.tags())));
            }
        }
        return problems;
    }

    private Problem problem(GitlabJob job, String message) {
        return new Problem(spec.path(), job.place().line(), job.place().column(), message);
    }

    @Override
    public RunState start(RunSetup setup) {
        return GitlabRun.start(setup, spec);
    }

    @Override
    public OutputReader outputReader(Collection<String> masked) {
        return new SectionReader(masked);
    }
}
