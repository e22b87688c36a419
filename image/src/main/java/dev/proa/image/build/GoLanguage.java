package dev.proa.image.build;

import dev.proa.image.build.Base.AppLayer;
import dev.proa.image.project.Application.Need;
import dev.proa.image.project.GoApplication;
import dev.proa.image.source.SourceFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Builds Go programs: one static binary, unless they use C. */
record GoLanguage(GoApplication application) implements Language {

    @Override
    public HostBase base(BuildCache answers) {
        return new HostBase.Plain();
    }

    @Override
    public String tools() {
        return Toolchain.identity("go");
    }

    /** The tool; Go itself gets a newer one when the user's {@code GOTOOLCHAIN} says so. */
    private static Toolchain go(BuildSteps steps, List<Need> needs) {
        String choice = System.getenv("GOTOOLCHAIN");
        boolean chosen = choice != null && !choice.isEmpty() && !choice.equals("local");
        Toolchain go = null;
        for (Need need : needs) {
            Need asked = chosen ? new Need(need.program(), "", "") : need;
            Toolchain found = Toolchain.require(asked, steps.root());
            go = go == null ? found : go;
        }
        return Objects.requireNonNull(go);
    }

    @Override
    public List<AppLayer> layers(BuildSteps steps) {
        Toolchain go = go(steps, application.needs());
        List<AppLayer> layers = new ArrayList<>();
        try (Scratch scratch = steps.scratch().give()) {
            String binary = application.start().getFirst().substring("/app/".length());
            steps.step("building with Go " + go.version());
            steps.run(
                    "the Go build of " + steps.root(),
                    List.of(
                            go.program().toString(),
                            "build",
                            "-trimpath",
                            "-buildvcs=false", // the history may belong to another user, whom Git then distrusts
                            "-ldflags=-s -w",
                            "-o",
                            scratch.directory().resolve(binary).toString(),
                            application.argument()),
                    steps.root(),
                    scratch.directory(),
                    environment(scratch.directory()));
            try (SourceFolder results = SourceFolder.open(scratch.directory())) {
                layers.addAll(Binaries.layers(steps, results, binary));
            }
        }
        layers.addAll(0, Binaries.assets(steps, application.assets()));
        return layers;
    }

    private Map<String, String> environment(Path scratch) {
        return Map.of("CGO_ENABLED", application.cgo() ? "1" : "0", "GOTMPDIR", scratch.toString());
    }

    @Override
    public void test(BuildSteps steps) {
        Toolchain go = go(steps, application.needs());
        try (Scratch scratch = steps.scratch().give()) {
            steps.step("testing with Go " + go.version());
            steps.run(
                    "the tests of " + steps.root(),
                    List.of(go.program().toString(), "test", "-buildvcs=false", "./..."),
                    steps.root(),
                    scratch.directory(),
                    environment(scratch.directory()));
        }
    }
}
