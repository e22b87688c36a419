package dev.proa.delivery;

import java.util.List;

/** The outcome of a deployment. */
public sealed interface DeployOutcome {
    /**
     * The application runs and answers, except for what the warnings say.
     *
     * @param app the application's name
     * @param image the image that it runs
     * @param url the URL that answered; empty when no service can be reached from here
     * @param changed what was created or changed, as {@code deployment.apps/hello configured}; empty when nothing had
     *     to change
     * @param warnings about objects that were applied but have no effect
     */
    record Running(String app, String image, String url, List<String> changed, List<String> warnings)
            implements DeployOutcome {}

    /** It failed; what ran before was left alone. The message says what broke. */
    record Failed(String message) implements DeployOutcome {}
}
