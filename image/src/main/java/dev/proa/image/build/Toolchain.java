package dev.proa.image.build;

import dev.proa.image.ImageFailure;
import dev.proa.image.project.Application.Need;
import dev.proa.image.project.Versions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A program of this machine that builds.
 *
 * @param version as it says; empty when it says none
 */
public record Toolchain(Path program, String version) {
    private static final Pattern VERSION = Pattern.compile("([0-9]+\\.[0-9]+(?:\\.[0-9]+)?)");

    /** Where installers put programs that they do not put on the {@code PATH} of everybody. */
    private static final List<String> PLACES =
            List.of("/usr/local/go/bin", "/usr/lib/go/bin", "/opt/node/bin", "/opt/gradle/bin");

    private static final List<String> HOME_PLACES = List.of(
            ".cargo/bin",
            "go/bin",
            ".local/bin",
            ".pyenv/shims",
            ".local/share/mise/shims",
            ".asdf/shims",
            ".volta/bin");

    /** What is asked for a version, where it is not {@code --version}. */
    private static final Map<String, String> QUESTIONS = Map.of("go", "version");

    private static final Map<String, String> INSTALL = Map.of(
            "go", "Go",
            "cargo", "Rust (with rustup, or the distribution's package cargo)",
            "node", "Node.js",
            "npm", "npm, which comes with Node.js",
            "pnpm", "pnpm, or corepack, which brings it",
            "yarn", "Yarn, or corepack, which brings it",
            "python3", "Python 3",
            "gradle", "Gradle, or add its wrapper to the project (gradle wrapper elsewhere)",
            "gcc", "a C compiler");

    /** The program of that name; null when there is none. */
    static @Nullable Path locate(String name) {
        Path found = Programs.find(name);
        if (found != null) {
            return found;
        }
        List<Path> places = new ArrayList<>();
        PLACES.forEach(place -> places.add(Path.of(place)));
        String home = System.getProperty("user.home", "/");
        HOME_PLACES.forEach(place -> places.add(Path.of(home, place)));
        return places.stream()
                .map(place -> place.resolve(name))
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                .findFirst()
                .orElse(null);
    }

    /** The program that a need names, whatever its version; null when there is none. */
    public static @Nullable Toolchain find(Need need) {
        Path program = locate(need.program());
        if (program == null) {
            return null;
        }
        // Neither in a folder of strangers, whose files choose versions, nor with downloads.
        Command.Outcome outcome = Command.run(
                List.of(program.toString(), QUESTIONS.getOrDefault(need.program(), "--version")),
                Path.of("/"),
                Map.of("GOTOOLCHAIN", "local", "COREPACK_ENABLE_NETWORK", "0"));
        String output = outcome.output();
        // Debian's Gradle tells the version of Java first.
        int own = need.program().equals("gradle") ? Math.max(0, output.indexOf("\nGradle ")) : 0;
        Matcher version = VERSION.matcher(output.substring(own));
        return new Toolchain(program, outcome.exitCode() == 0 && version.find() ? version.group(1) : "");
    }

    /** Whether it is as new as a need asks. */
    public boolean serves(Need need) {
        return need.version().isEmpty() || version.isEmpty() || Versions.compare(version, need.version()) >= 0;
    }

    /**
     * The program that a need names.
     *
     * @throws ImageFailure when there is none, or it is too old; the message names the version that is needed
     */
    static Toolchain require(Need need, Path project) {
        Toolchain found = find(need);
        String wanted = need.version().isEmpty() ? "" : " " + need.version() + " or newer (" + need.source() + ")";
        if (found == null) {
            throw ImageFailure.notFound("building " + project + " needs " + need.program() + wanted
                    + ", which is not on this machine; install "
                    + INSTALL.getOrDefault(need.program(), need.program()));
        }
        if (!found.serves(need)) {
            throw ImageFailure.notFound("building " + project + " needs " + need.program() + wanted + ", and "
                    + found.program + " is " + found.version + "; install a newer one");
        }
        return found;
    }

    /** Identifies a program, without running it; empty when there is none. */
    static String identity(String name) {
        Path program = locate(name);
        return program == null ? "" : program + " " + HostLayers.stamp(program);
    }
}
