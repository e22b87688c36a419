package dev.proa.delivery.source;

import dev.proa.delivery.config.DeliveryFailure;
import dev.proa.image.build.OwnerProcess;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A program that renders manifests: run as the folder's owner, for two minutes at most.
 *
 * @param name for messages, with what it is asked to do, as {@code kubectl kustomize}
 * @param command how it is started
 * @param versionArguments that make it tell its version in one line
 */
record Tool(String name, List<String> command, List<String> versionArguments) {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final Duration VERSION_LIMIT = Duration.ofSeconds(20);
    private static final int MOST_BYTES = 32 << 20;

    /** A program of this machine, and the arguments that it always has; null when it is not there. */
    static @Nullable Tool find(String name, List<String> arguments, List<String> versionArguments) {
        Path program = OwnerProcess.find(name);
        if (program == null) {
            return null;
        }
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(arguments);
        String shown = arguments.isEmpty() ? name : name + " " + String.join(" ", arguments);
        return new Tool(shown, command, versionArguments);
    }

    /** Its name with its version, as it tells that. */
    String withVersion(Path folder) {
        List<String> ask = new ArrayList<>(List.of(command.getFirst()));
        ask.addAll(versionArguments);
        OwnerProcess.Result result = OwnerProcess.run(ask, folder, VERSION_LIMIT, 1 << 16);
        String version = new String(result.output(), StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.matches(".*v[0-9]+\\..*"))
                .map(line -> line.replaceAll(".*?(v[0-9][\\w.+-]*).*", "$1"))
                .reduce((first, last) -> last)
                .orElse("");
        return result.exit() == 0 && !version.isEmpty() ? name + " " + version : name;
    }

    /**
     * Runs it.
     *
     * @param what it renders, for messages
     * @return its output
     * @throws DeliveryFailure with its own message when it fails
     */
    byte[] run(Path folder, String what, List<String> arguments) {
        List<String> all = new ArrayList<>(command);
        all.addAll(arguments);
        OwnerProcess.Result result = OwnerProcess.run(all, folder, LIMIT, MOST_BYTES);
        if (result.exit() != 0) {
            String said = result.error().isEmpty()
                    ? new String(result.output(), StandardCharsets.UTF_8).strip()
                    : result.error();
            throw new DeliveryFailure(name + " cannot render " + what + ":\n"
                    + said.lines()
                            .limit(40)
                            .reduce("", (text, line) -> text + "  " + line + "\n")
                            .stripTrailing());
        }
        return result.output();
    }
}
