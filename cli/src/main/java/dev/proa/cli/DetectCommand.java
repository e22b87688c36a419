package dev.proa.cli;

import dev.proa.api.codec.Json;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.delivery.Deployer;
import dev.proa.image.build.Builder;
import dev.proa.image.build.Detection;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
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
        boolean json = output.json();
        Detection detection = Detection.of(folder, builder);
        String name = Deployer.name(folder);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(Json.toString(json(name, detection)));
        } else {
            print(out, name, detection);
        }
        out.flush();
        return Exit.OK;
    }

    private static void print(PrintWriter out, String name, Detection detection) {
        out.println(name + ": " + detection.kind() + ", by " + detection.file());
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

    private static MapValue json(String name, Detection detection) {
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
                .put("name", name)
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
