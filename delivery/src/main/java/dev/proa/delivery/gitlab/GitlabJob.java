package dev.proa.delivery.gitlab;

import dev.proa.delivery.pipeline.JobStart.ContainerSpec;
import dev.proa.delivery.pipeline.yaml.YamlNode.Place;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A job as its file has it, with templates and defaults put in. Texts in containers, caches and artifacts may name variables.
 *
 * @param needs empty optional when it waits for all stages before it
 * @param dependencies whose artifacts it gets; empty optional for all that come before
 * @param rules empty optional when it has none
 * @param when {@code on_success}, {@code on_failure}, {@code always}, {@code manual}, {@code delayed} or {@code never}
 * @param allowFailure empty optional when it says nothing
 * @param parallel the variables of each of its instances; empty when there is one alone
 * @param raw the names of variables that are not expanded
 */
record GitlabJob(
        String name,
        Place place,
        String stage,
        List<String> beforeScript,
        List<String> script,
        List<String> afterScript,
        Optional<ContainerSpec> image,
        Map<String, ContainerSpec> services,
        Map<String, String> variables,
        Set<String> raw,
        boolean inheritVariables,
        Optional<List<Need>> needs,
        Optional<List<String>> dependencies,
        Optional<List<Rule>> rules,
        Optional<Refs> only,
        Optional<Refs> except,
        String when,
        Optional<Boolean> allowFailure,
        Duration startIn,
        Artifacts artifacts,
        List<Cache> caches,
        Retry retry,
        Duration timeout,
        String environment,
        String resourceGroup,
        boolean interruptible,
        List<Map<String, String>> parallel,
        boolean matrix,
        List<String> tags) {

    /** A job that it waits for. */
    record Need(String job, boolean artifacts, boolean optional) {}

    /**
     * A rule.
     *
     * @param condition empty optional when it has none
     * @param changes, exists globs; empty when it has none
     * @param when empty for the job's
     */
    record Rule(
            Optional<RuleExpression.Condition> condition,
            List<String> changes,
            List<String> exists,
            String when,
            Optional<Boolean> allowFailure,
            Duration startIn,
            Map<String, String> variables,
            Optional<List<Need>> needs) {}

    /** What {@code only} and {@code except} name. */
    record Refs(List<String> refs, List<RuleExpression.Condition> variables, List<String> changes) {}

    /**
     * Files that are kept.
     *
     * @param expireIn as {@code 1 week}; empty for the usual time
     * @param dotenv a file of variables for later jobs; empty when none
     */
    record Artifacts(
            String name, List<String> paths, List<String> exclude, String expireIn, String when, String dotenv) {
        static final Artifacts NONE = new Artifacts("", List.of(), List.of(), "", "on_success", "");
    }

    /** Files that later runs find again: by a key, or by the hash of files. */
    record Cache(
            String key,
            List<String> keyFiles,
            String prefix,
            List<String> paths,
            String policy,
            String when,
            List<String> fallbackKeys) {}

    /** How often it is tried again, and after what. */
    record Retry(int most, Set<String> when) {}
}
