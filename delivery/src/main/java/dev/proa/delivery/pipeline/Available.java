package dev.proa.delivery.pipeline;

import java.util.List;

/** What can be had where a pipeline is to run. */
public interface Available {
    /** Whether an action of another repository can be had, as {@code actions/checkout} and {@code v4}. */
    boolean action(String name, String version);

    /** Whether there is an image for the labels of {@code runs-on}, or the tags of a job of GitLab. */
    boolean labels(List<String> labels);

    /** Whether an image can be had. */
    boolean image(String image);
}
