package dev.proa.delivery.pipeline;

import java.util.Map;

/**
 * What a run is made of besides its file.
 *
 * @param event what started it
 * @param files of the repository, at the commit of the event
 * @param repository its name, as {@code team/shop}
 * @param repositoryUrl where it is cloned from
 * @param serverUrl where people look at it, without a slash at the end
 * @param runId unique for ever
 * @param runNumber counts the runs of this pipeline, from 1
 * @param runAttempt counts the attempts of this run, from 1
 * @param variables {@code vars} of workflows, and variables of projects of GitLab
 * @param secrets by name; never saved, and their values are kept out of outputs
 */
public record RunSetup(
        TriggerEvent event,
        RepositoryFiles files,
        String repository,
        String repositoryUrl,
        String serverUrl,
        String runId,
        long runNumber,
        long runAttempt,
        Map<String, String> variables,
        Map<String, String> secrets) {
    public RunSetup {
        variables = Map.copyOf(variables);
        secrets = Map.copyOf(secrets);
    }
}
