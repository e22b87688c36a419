package dev.proa.delivery.pipeline.run;

import dev.proa.client.Client;
import dev.proa.client.clock.Clock;
import dev.proa.delivery.git.Repositories;
import dev.proa.image.solver.BuildSandbox;
import dev.proa.image.store.ImageStore;
import java.nio.file.Path;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What runs are run with.
 *
 * @param client of the controller
 * @param accounts gives a client that acts as the service account {@link PipelineResources#ACCOUNT} of a namespace
 * @param repositories in which the pipelines are
 * @param reader of the syntaxes
 * @param commands in the pods of jobs
 * @param files folder for logs, artifacts and caches
 * @param images the store that the nodes start containers of
 * @param cache folder of what builds reuse
 * @param sandbox for the steps of Dockerfiles
 * @param registry host of the cluster's registry, by which the names of its images begin; empty for none
 * @param nodePorts address of node ports; empty when they cannot be reached
 * @param url of a repository by its path, as {@code https://127.0.0.1:6480/team/shop.git}
 * @param usualImage name of the image of jobs that name none, made when it is first wanted
 */
public record RunContext(
        Client client,
        Function<String, Client> accounts,
        Repositories repositories,
        PipelineReader reader,
        PodCommands commands,
        Path files,
        ImageStore images,
        Path cache,
        BuildSandbox sandbox,
        Supplier<String> registry,
        Supplier<String> nodePorts,
        Function<String, String> url,
        Supplier<String> usualImage,
        Clock clock) {
    RunFiles runFiles() {
        return new RunFiles(files, RunFiles.USUAL_BYTES);
    }
}
