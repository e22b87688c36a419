package dev.proa.delivery.pipeline.run;

import dev.proa.api.apiextensions.v1.CustomResourceDefinition;
import dev.proa.api.codec.Yaml;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.AnyObject;
import dev.proa.api.view.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;

/** The custom resources of {@code ci.proa.dev}, and the labels of what belongs to a run. */
public final class PipelineResources {
    public static final String GROUP = "ci.proa.dev";
    /** A run of a pipeline. */
    public static final Kind<AnyObject> RUNS = Kind.any(GROUP, "v1alpha1", "PipelineRun", "pipelineruns", true);
    /** Of pods and commit statuses: the name of their run. */
    public static final String RUN = GROUP + "/run";
    /** Of runs: the repository. */
    public static final String REPOSITORY = GROUP + "/repository";
    /** Of runs: the commit. */
    public static final String COMMIT = GROUP + "/commit";
    /** Of a pod: the id of its job. */
    public static final String JOB = GROUP + "/job";
    /** Of Secrets: {@code true} for those that pipelines of the namespace may use. */
    public static final String SECRETS = GROUP + "/secrets";
    /** The service account of job pods, which has what the namespace grants it. */
    public static final String ACCOUNT = "pipelines";
    /** The ConfigMap, in the run's namespace or in {@code kube-public}, which names an image for each label of {@code runs-on}. */
    public static final String IMAGES = "pipeline-images";

    private PipelineResources() {}

    /** The definitions of these resources. */
    public static List<CustomResourceDefinition> definitions() {
        return read("crds.yaml").stream().map(CustomResourceDefinition::new).toList();
    }

    /** The policy and its binding by which users make runs in their own name only, of what a branch or tag is at. */
    public static List<MapValue> policies() {
        return read("policies.yaml");
    }

    private static List<MapValue> read(String resource) {
        try (InputStream in = Objects.requireNonNull(PipelineResources.class.getResourceAsStream(resource), resource)) {
            return Yaml.decodeAll(in.readAllBytes()).stream()
                    .map(MapValue.class::cast)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
