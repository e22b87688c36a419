package dev.proa.e2e.extensions;

import dev.proa.e2e.Run;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The programs in {@code src/test/clients}, built with the tools of their languages. */
final class Clients {
    /** Downloading and compiling can take this long on a busy machine. */
    private static final Duration PATIENCE = Duration.ofMinutes(20);

    private Clients() {}

    /** Where the clients of a language are. */
    static Path sources(String language) {
        return Path.of("src", "test", "clients", language).toAbsolutePath();
    }

    /**
     * Builds a command of the Go module.
     *
     * @param directory for the program
     */
    static Path go(String command, Path directory) {
        return go(directory.resolve(command), "build", "./" + command);
    }

    /** Builds the program that runs the tests of a package of the Go module. */
    static Path goTests(String tested, Path directory) {
        return go(directory.resolve(tested + ".test"), "test", "-c", "./" + tested);
    }

    private static Path go(Path program, String... arguments) {
        List<String> command = new ArrayList<>(List.of("go", "-C", sources("go").toString()));
        command.addAll(List.of(arguments));
        command.addAll(command.size() - 1, List.of("-o", program.toString()));
        build(Map.of("GOFLAGS", "-mod=readonly"), command.toArray(String[]::new));
        return program;
    }

    /**
     * Installs what the programs in Python need.
     *
     * @param directory for it
     * @return the interpreter that finds it
     */
    static Path python(Path directory) {
        Path environment = directory.resolve("venv");
        build(Map.of(), "python3", "-m", "venv", environment.toString());
        build(
                Map.of(),
                environment.resolve("bin/pip").toString(),
                "install",
                "--quiet",
                "-r",
                sources("python").resolve("requirements.txt").toString());
        return environment.resolve("bin/python");
    }

    /** Builds the program in Rust; what was compiled stays in Maven's folder, for the next time. */
    static Path rust() {
        Path directory = Path.of("target", "clients", "rust").toAbsolutePath();
        build(
                Map.of(),
                "cargo",
                "build",
                "--quiet",
                "--locked",
                "--manifest-path",
                sources("rust").resolve("Cargo.toml").toString(),
                "--target-dir",
                directory.toString());
        return directory.resolve("debug/clients");
    }

    /** Runs a command that may download and compile, and fails with what it said. */
    static void build(Map<String, String> environment, String... command) {
        Run.of(List.of(command), environment, "", PATIENCE).ok();
    }
}
