package dev.proa.delivery;

import java.util.List;

/** How a delivery went. */
public sealed interface DeployOutcome {
    /**
     * It runs and answers, save for what the warnings name.
     *
     * @param app name of the application
     * @param image that it runs
     * @param url that answered; empty for an application without a service that can be reached from here
     * @param changed what was created or changed, as {@code deployment.apps/hello configured}; empty when all was as it should be
     * @param warnings what of it does nothing, though it was applied
     */
    record Running(String app, String image, String url, List<String> changed, List<String> warnings)
            implements DeployOutcome {}

    /** It did not come to run; what ran before was left alone. The message says what broke. */
    record Failed(String message) implements DeployOutcome {}
}
