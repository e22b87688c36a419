package dev.proa.image.build;

import dev.proa.image.layer.LayerContent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The modules of Node.js that a distribution keeps outside of the program, as Debian does below {@code
 * /usr/share/nodejs}: the program does not start without them.
 */
final class NodeParts {
    private static final Pattern PATH = Pattern.compile("\"(/usr/share/nodejs/([^/\"]+)/[^\"]*)\"");

    private NodeParts() {}

    /** Adds them; returns the files of this machine that were added. */
    static Set<Path> addTo(LayerContent layer, Path program) {
        Set<Path> added = new TreeSet<>();
        Command.Outcome outcome = Command.run(
                List.of(program.toString(), "-p", "JSON.stringify(process.config.variables)"), Path.of("/"), Map.of());
        Matcher paths = PATH.matcher(outcome.exitCode() == 0 ? outcome.output() : "");
        while (paths.find()) {
            Path module = Path.of("/usr/share/nodejs", paths.group(2));
            if (Files.isDirectory(module) && added.add(Path.of(paths.group(1)))) {
                HostFiles.add(layer, module);
            }
        }
        return added;
    }
}
