package dev.proa.image.build;

import dev.proa.image.ImageFailure;
import dev.proa.image.build.Base.AppLayer;
import dev.proa.image.project.RustApplication;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Builds Rust programs with cargo, whose results stay in the folder's {@code target} and make the next build short. */
record RustLanguage(RustApplication application) implements Language {
    /** Cargo's message about the program that it linked. */
    private static final Pattern EXECUTABLE = Pattern.compile("\"executable\":\"((?:[^\"\\\\]|\\\\.)+)\"");

    @Override
    public HostBase base(BuildCache answers) {
        return new HostBase.Plain();
    }

    @Override
    public String tools() {
        return Toolchain.identity("cargo");
    }

    @Override
    public List<AppLayer> layers(BuildSteps steps) {
        Toolchain cargo = Toolchain.require(application.needs().getFirst(), steps.root());
        List<AppLayer> layers = new ArrayList<>(Binaries.assets(steps, application.assets()));
        try (Scratch scratch = steps.scratch().give()) {
            List<String> command = new ArrayList<>(List.of(cargo.program().toString()));
            command.addAll(application.build());
            command.add("--message-format=json-render-diagnostics");
            steps.step("building with Rust " + cargo.version());
            String output = steps.run(
                    "the cargo build of " + steps.root(), command, steps.root(), scratch.directory(), Map.of());
            layers.addAll(Binaries.layers(steps, steps.folder(), executable(steps, output)));
        }
        return layers;
    }

    /** The program's path in the folder. */
    private String executable(BuildSteps steps, String output) {
        String found = "";
        for (Matcher matcher = EXECUTABLE.matcher(output); matcher.find(); ) {
            found = matcher.group(1);
        }
        Path path = Path.of(found);
        if (!path.startsWith(steps.root())) {
            throw ImageFailure.invalid("cargo put the program of " + steps.root() + " outside of it"
                    + (found.isEmpty() ? "" : ", to " + found) + "; unset CARGO_TARGET_DIR and build.target-dir");
        }
        return steps.root().relativize(path).toString();
    }

    @Override
    public void test(BuildSteps steps) {
        Toolchain cargo = Toolchain.require(application.needs().getFirst(), steps.root());
        try (Scratch scratch = steps.scratch().give()) {
            steps.step("testing with Rust " + cargo.version());
            List<String> command = new ArrayList<>(List.of(cargo.program().toString(), "test"));
            if (application.locked()) {
                command.add("--locked");
            }
            steps.run("the tests of " + steps.root(), command, steps.root(), scratch.directory(), Map.of());
        }
    }
}
