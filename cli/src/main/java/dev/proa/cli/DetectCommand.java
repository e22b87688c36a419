package dev.proa.cli;

import dev.proa.api.codec.Json;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.delivery.DeployRequest;
import dev.proa.delivery.Deployer;
import dev.proa.delivery.config.AppSpec;
import dev.proa.delivery.source.ManifestSource;
import dev.proa.delivery.source.SourceOptions;
import dev.proa.image.build.Builder;
import dev.proa.image.build.Detection;
import dev.proa.image.build.Project;
import dev.proa.image.build.ProjectDetector;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code proa detect}: says what was found in a folder and how it would be built. */
@Command(
        name = "detect",
        mixinStandardHelpOptions = true,
        description = {
            "Say what kind of application is in a folder, and how it would be built and started.",
            "",
            "Nothing of the folder is run, and nothing is built or changed."
        })
final class DetectCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FOLDER", description = "Folder of the application.")
    private Path folder;

    @Mixin
    private OutputOption output;

    @Option(
            names = "--builder",
            defaultValue = "auto",
            paramLabel = "BUILDER",
            description = "auto, dockerfile or project, as for proa deploy (default: ${DEFAULT-VALUE}).")
    private Builder builder;

    @Spec
    private picocli.CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() {
        List<AppSpec> apps = Files.isDirectory(folder)
                ? Deployer.applications(folder.toAbsolutePath().normalize(), "")
                : List.of(AppSpec.of(folder)); // its detection says what is wrong
        PrintWriter out = spec.commandLine().getOut();
        List<Object> values = new ArrayList<>();
        for (AppSpec app : apps) {
            Deployer.Found found = find(app);
            List<Detection> images = found.builds().stream()
                    .map(build -> Detection.of(build, builder))
                    .toList();
            if (output.json()) {
                values.add(json(found, images));
            } else {
                print(out, found, images);
            }
        }
        if (output.json()) {
            out.println(Json.toString(
                    values.size() == 1
                            ? (MapValue) values.getFirst()
                            : MapValue.of("applications", ListValue.copyOf(values))));
        }
        out.flush();
        return Exit.OK;
    }

    /** A folder that is a project itself, or else has a Compose file. Charts and kustomizations are not rendered, for that runs programs. */
    private Deployer.Found find(AppSpec app) {
        Path at = app.folder().toAbsolutePath().normalize();
        Optional<String> compose = ManifestSource.COMPOSE_FILES.stream()
                .filter(name -> Files.isRegularFile(at.resolve(name)))
                .findFirst();
        if (compose.isEmpty() || !(ProjectDetector.detect(at, builder) instanceof Project.Unknown)) {
            String name = app.name().isEmpty() ? Deployer.name(at) : app.name();
            return new Deployer.Found(at, name, "", List.of(at));
        }
        return Deployer.find(DeployRequest.of(at, "default", Duration.ZERO)
                .withSources(SourceOptions.NONE.withBuilder(builder).withManifests(compose.get()))
                .withApp(app));
    }

    private static void print(PrintWriter out, Deployer.Found found, List<Detection> images) {
        boolean only = isOne(found, images);
        if (!only) {
            out.println(found.name() + ": " + found.manifests() + ", with " + images.size()
                    + (images.size() == 1 ? " image" : " images") + " to build");
        }
        for (Detection detection : images) {
            out.println((only ? found.name() : detection.folder().getFileName()) + ": " + detection.kind() + ", by "
                    + detection.file());
            print(out, detection);
        }
    }

    /** Whether there is one image, of the folder itself. */
    private static boolean isOne(Deployer.Found found, List<Detection> images) {
        return images.size() == 1 && images.getFirst().folder().equals(found.folder());
    }

    private static void print(PrintWriter out, Detection detection) {
        lines(out, "because", detection.reasons());
        lines(
                out,
                "not decisive",
                detection.others().isEmpty() ? List.of() : List.of(String.join(", ", detection.others())));
        lines(out, "needs", detection.tools().stream().map(DetectCommand::tool).toList());
        lines(out, "builds by", detection.commands());
        lines(out, "layers", detection.layers());
        lines(
                out,
                "port",
                List.of(detection.port()
                        + (detection.portFile().isEmpty()
                                ? ", in the environment as PORT"
                                : ", of " + detection.portFile())));
        if (!detection.start().isEmpty()) {
            lines(out, "starts", List.of(String.join(" ", detection.start())));
        }
    }

    private static MapValue json(Deployer.Found found, List<Detection> images) {
        if (isOne(found, images)) {
            return json(images.getFirst()).with("name", found.name());
        }
        List<Object> each = images.stream().<Object>map(DetectCommand::json).toList();
        return MapValue.of("name", found.name(), "manifests", found.manifests(), "images", ListValue.copyOf(each));
    }

    private static void lines(PrintWriter out, String title, List<String> lines) {
        String label = title;
        for (String line : lines) {
            out.printf("  %-14s%s%n", label, line);
            label = "";
        }
    }

    private static String tool(Detection.Tool tool) {
        String needed = tool.program()
                + (tool.needed().isEmpty()
                        ? ""
                        : " " + tool.needed() + " or newer"
                                + (tool.source().isEmpty() ? "" : " (" + tool.source() + ")"));
        if (tool.path().isEmpty()) {
            return needed + ": not on this machine";
        }
        return needed + ": " + (tool.found().isEmpty() ? "" : tool.found() + ", ") + tool.path()
                + (tool.serves() ? "" : ", which is too old");
    }

    private static MapValue json(Detection detection) {
        List<Object> tools = detection.tools().stream()
                .<Object>map(tool -> MapValue.of(
                        "program",
                        tool.program(),
                        "needed",
                        tool.needed(),
                        "source",
                        tool.source(),
                        "found",
                        tool.found(),
                        "path",
                        tool.path(),
                        "serves",
                        tool.serves()))
                .toList();
        return MapValue.builder()
                .put("folder", detection.folder().toString())
                .put("kind", detection.kind())
                .put("file", detection.file())
                .put("reasons", ListValue.copyOf(detection.reasons()))
                .put("others", ListValue.copyOf(detection.others()))
                .put("tools", ListValue.copyOf(tools))
                .put("commands", ListValue.copyOf(detection.commands()))
                .put("layers", ListValue.copyOf(detection.layers()))
                .put("port", (long) detection.port())
                .put("portFile", detection.portFile())
                .put("start", ListValue.copyOf(detection.start()))
                .build();
    }
}
