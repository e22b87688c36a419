package dev.proa.delivery.pipeline;

import java.util.List;
import java.util.Map;

/** What a step does. */
public sealed interface StepAction {
    /**
     * A script in the job's container.
     *
     * @param shell the command line that runs it, in which {@code {0}} is the file of the script, as {@code bash -e {0}}
     * @param workingDirectory relative to the workspace, or absolute
     */
    record Script(String script, String shell, String workingDirectory) implements StepAction {}

    /**
     * An action that the runner has built in.
     *
     * @param name as {@code actions/checkout}. Jobs of GitLab use {@code actions/checkout}, {@code actions/cache/restore}, {@code actions/cache/save}, {@code
     *     actions/upload-artifact} and {@code actions/download-artifact}, too, with the input {@code preserve-paths: true} for artifacts, which then keep
     *     their paths from the workspace's root
     * @param version as {@code v4}
     * @param inputs as given; names in lower case
     * @param state what {@link RunEvent.StepEnded#state} had for the main phase; empty for that
     */
    record BuiltIn(String name, String version, Map<String, String> inputs, Phase phase, Map<String, String> state)
            implements StepAction {
        public BuiltIn {
            inputs = Map.copyOf(inputs);
            state = Map.copyOf(state);
        }
    }

    /**
     * A JavaScript action of the repository itself; its inputs and state are in the step's environment.
     *
     * @param folder of the action, relative to the workspace
     * @param file to run with node, relative to the folder
     * @param node as {@code node20}
     */
    record JavaScript(String folder, String file, String node, Phase phase) implements StepAction {}

    /**
     * A container of its own, with the workspace at {@code /github/workspace}.
     *
     * @param image as {@code alpine:3.20}; empty when it is to be built
     * @param dockerfile relative to the workspace, when it is to be built; its folder is the context
     * @param entrypoint empty for the image's own
     * @param arguments empty for the image's own
     */
    record Container(String image, String dockerfile, String entrypoint, List<String> arguments, Phase phase)
            implements StepAction {
        public Container {
            arguments = List.copyOf(arguments);
        }
    }

    /** When in a job an action runs. */
    enum Phase {
        PRE,
        MAIN,
        /** After all steps of the job, in reverse order. */
        POST
    }
}
