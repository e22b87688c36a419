package dev.proa.node.sandbox.program;

import java.util.List;

/**
 * A fully resolved process to execute in a container.
 *
 * @param arguments the command and its arguments; the command is looked for in the environment's {@code PATH} unless it has a
 *     slash
 * @param environment {@code NAME=value}
 */
public record ProcessSpec(
        List<String> arguments,
        List<String> environment,
        String workingDirectory,
        ProcessCredentials credentials,
        boolean terminal) {
    public ProcessSpec {
        arguments = List.copyOf(arguments);
        environment = List.copyOf(environment);
    }

    /** The same with another command. */
    public ProcessSpec executing(List<String> command, boolean withTerminal) {
        return new ProcessSpec(command, environment, workingDirectory, credentials, withTerminal);
    }

    /** The paths at which the command is tried, in order. */
    public List<String> candidates() {
        String command = arguments.getFirst();
        if (command.contains("/") || command.isEmpty()) {
            return List.of(command);
        }
        for (String variable : environment.reversed()) {
            if (variable.startsWith("PATH=")) {
                return List.of(variable.substring(5).split(":")).stream()
                        .map(directory -> (directory.isEmpty() ? "." : directory) + "/" + command)
                        .toList();
            }
        }
        return List.of("/usr/bin/" + command, "/bin/" + command);
    }
}
