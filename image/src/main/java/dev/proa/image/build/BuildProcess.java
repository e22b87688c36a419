package dev.proa.image.build;

import dev.proa.image.ImageFailure;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Runs the tools of a build as the user who owns the folder.
 *
 * @param user null for the current user
 * @param home for a user without one
 */
record BuildProcess(@Nullable BuildUser user, Path home) {

    /**
     * Runs a program to its end.
     *
     * @param what names the step in the message of a failure, such as {@code the Go build of /x}
     * @return its output
     * @throws ImageFailure with the end of its output when it fails
     */
    String run(String what, List<String> command, Path directory, Map<String, String> variables) {
        Command.Outcome outcome = Command.run(
                user == null ? command : user.command(command),
                directory,
                environment -> enter(environment, variables));
        if (outcome.exitCode() != 0) {
            throw new ImageFailure(
                    ImageFailure.Reason.BUILD_FAILED,
                    what + " failed" + as() + ":\n" + Command.lastLines(outcome.output())
                            + advice(command, outcome.output()));
        }
        return outcome.output();
    }

    private String advice(List<String> command, String output) {
        return user != null && output.toLowerCase(Locale.ROOT).contains("permission denied")
                ? "\nThe build runs as " + user.shown() + ", who must be able to read the folder and to run "
                        + command.getFirst()
                : "";
    }

    private void enter(Map<String, String> environment, Map<String, String> variables) {
        // The build must not see the cluster.
        environment.keySet().removeIf(name -> name.equals("KUBECONFIG") || name.startsWith("PROA_"));
        if (user != null) {
            user.enter(environment, home);
        }
        environment.putAll(variables);
    }

    /** Names the user for messages, if it is not the current one. */
    String as() {
        if (user != null) {
            return " as " + user.shown();
        }
        return BuildUser.isRoot() ? " as root, the owner of the folder" : "";
    }
}
