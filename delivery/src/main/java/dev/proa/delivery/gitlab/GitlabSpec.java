package dev.proa.delivery.gitlab;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A {@code .gitlab-ci.yml} with what it includes.
 *
 * @param stages in their order, {@code .pre} and {@code .post} included
 * @param rules of {@code workflow}; empty optional when it has none
 * @param raw the names of variables that are not expanded
 */
record GitlabSpec(
        String path,
        String name,
        List<String> stages,
        Map<String, String> variables,
        Set<String> raw,
        Optional<List<GitlabJob.Rule>> rules,
        List<GitlabJob> jobs) {}
