package dev.proa.image.build;

import dev.proa.image.Digest;
import dev.proa.image.ImageConfigBuilder;
import dev.proa.image.ImageFailure;
import dev.proa.image.JsonDocument;
import dev.proa.image.build.Base.AppLayer;
import dev.proa.image.layer.LayerContent;
import dev.proa.image.project.Application.Need;
import dev.proa.image.project.PythonApplication;
import dev.proa.image.project.PythonApplication.Requirements;
import dev.proa.image.source.SourceFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Builds applications in Python: packages installed by pip in a layer of their own, and the sources as they are. */
record PythonLanguage(PythonApplication application) implements Language {
    /** Where the packages are in the image. */
    private static final String PACKAGES = "/opt/packages";

    private static final String LINES = "proa-requirements.txt";

    @Override
    public HostBase base(BuildCache answers) {
        Path program = Toolchain.locate("python3");
        return program == null ? new HostBase.Plain() : new HostBase.Python(home(program, answers));
    }

    /** Asks an interpreter once: a shim of pyenv and the like may be another one tomorrow, a program stays what it is. */
    private static PythonHome home(Path program, BuildCache answers) {
        SourceHash question = new SourceHash().add("python", program + " " + HostLayers.stamp(program));
        Path choice = Path.of(System.getProperty("user.home", "/"), ".pyenv/version");
        if (Files.isRegularFile(choice)) {
            question.add("choice", HostLayers.stamp(choice));
        }
        Digest key = question.finish();
        JsonDocument known = answers.read(key);
        if (known != null) {
            PythonHome home = PythonHome.read(known);
            if (home.identity().equals(known.string("identity", ""))) {
                return home;
            }
        }
        PythonHome home = PythonHome.of(program);
        Map<String, Object> answer = new LinkedHashMap<>(home.json());
        answer.put("identity", home.identity());
        answers.write(key, answer);
        return home;
    }

    @Override
    public String tools() {
        return Toolchain.identity("python3");
    }

    @Override
    public void configure(ImageConfigBuilder config) {
        String paths = application.paths().stream()
                .map(path -> path.isEmpty() ? "/app" : "/app/" + path)
                .collect(Collectors.joining(":"));
        config.environment("PYTHONPATH", paths + ":" + PACKAGES);
        config.environment("PYTHONUNBUFFERED", "1");
        config.environment("PYTHONDONTWRITEBYTECODE", "1");
    }

    @Override
    public List<AppLayer> layers(BuildSteps steps) {
        Need need = application.needs().getFirst();
        Toolchain python = Toolchain.require(need, steps.root());
        List<AppLayer> layers = new ArrayList<>();
        if (!application.commands().isEmpty()) {
            layers.add(packages(steps, python));
        }
        layers.add(steps.layer("application", steps.folder(), "", "/app", BuildSteps::isSource));
        return layers;
    }

    private AppLayer packages(BuildSteps steps, Toolchain python) {
        Digest key = steps.key("python 2")
                .add("tools", tools() + " " + python.version())
                .add("requirements", application.requirements().toString())
                .add("addition", application.addition())
                .tree(steps.folder(), "", this::isForInstalling)
                .finish();
        return steps.cached(key, () -> install(steps, python), "packages");
    }

    /** What {@code pip install -r} may read: such files name each other, and may name the project itself. */
    private boolean isForInstalling(Path path) {
        if (!(application.requirements() instanceof Requirements.Files files)) {
            return false;
        }
        boolean local = files.local();
        return local
                ? BuildSteps.isSource(path)
                : path.startsWith("requirements") || path.toString().endsWith(".txt") && path.getNameCount() == 1;
    }

    private AppLayer install(BuildSteps steps, Toolchain python) {
        steps.step("installing packages with pip of Python " + python.version());
        try (Scratch scratch = steps.scratch().with(steps.folder(), this::isForInstalling)) {
            List<List<String>> arguments = new ArrayList<>();
            switch (application.requirements()) {
                case Requirements.Files files -> arguments.add(List.of("-r", files.main()));
                case Requirements.Lines lines -> {
                    scratch.with(LINES, String.join("\n", lines.lines()) + "\n");
                    arguments.add(lines.locked() ? List.of("--no-deps", "-r", LINES) : List.of("-r", LINES));
                }
                case Requirements.None() -> {
                    // Only the server.
                }
            }
            if (!application.addition().isEmpty()) {
                arguments.add(List.of(application.addition()));
            }
            scratch.give();
            for (List<String> these : arguments) {
                pip(steps, python, scratch, these);
            }
            try (SourceFolder results = SourceFolder.open(scratch.directory())) {
                return steps.withCopy(results, "packages", packages -> {
                    PythonHome.compile(python.program(), packages, PACKAGES);
                    LayerContent content =
                            new LayerContent().directory(PACKAGES, 0755).tree(PACKAGES, packages);
                    NativeLibraries.addFor(content, packages, List.of(".so"));
                    return steps.layer("packages", content);
                });
            }
        }
    }

    private void pip(BuildSteps steps, Toolchain python, Scratch scratch, List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(
                python.program().toString(),
                "-m",
                "pip",
                "install",
                "--quiet",
                "--no-input",
                "--disable-pip-version-check",
                "--no-compile",
                "--no-warn-script-location",
                "--root-user-action=ignore",
                "--target",
                "packages"));
        command.addAll(arguments);
        steps.run(
                "installing the packages of " + steps.root(),
                command,
                scratch.directory(),
                scratch.directory(),
                Map.of("PYTHONDONTWRITEBYTECODE", "1"));
    }

    @Override
    public void test(BuildSteps steps) {
        throw ImageFailure.invalid(
                "the tests of a Python project cannot be run before deploying: run them yourself, and leave --test out");
    }
}
