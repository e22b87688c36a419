package dev.proa.cli;

import dev.proa.api.codec.Json;
import dev.proa.image.store.ImageStore;
import dev.proa.image.store.NamedManifest;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code proa image inspect}: shows what an image is made of. */
@Command(
        name = "inspect",
        mixinStandardHelpOptions = true,
        description = {"Show an image: its configuration, what each layer holds, and the signatures and SBOMs about it."
        })
final class ImageInspectCommand implements Callable<Integer> {
    @Parameters(paramLabel = "IMAGE", description = "Name or id, as proa image ls shows it.")
    private String image;

    @Option(
            names = "--platform",
            defaultValue = "",
            paramLabel = "PLATFORM",
            description = "Of an image for several platforms this one (default: this machine's, else the first).")
    private String platform;

    @Mixin
    private NameOption name;

    @Mixin
    private OutputOption output;

    @Spec
    private picocli.CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        boolean json = output.json();
        ImageStore store = Images.having(name.home(), image);
        NamedManifest found = Images.find(name.home(), store, image);
        ImageDetails details = ImageDetails.of(store, found, Images.platform(platform));
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(Json.toString(details.json()));
        } else {
            print(details, out);
        }
        return Exit.OK;
    }

    private static void print(ImageDetails details, PrintWriter out) {
        Map<String, String> facts = details.facts();
        int width = facts.keySet().stream().mapToInt(String::length).max().orElse(0);
        facts.forEach((name, value) -> {
            String[] lines = value.split("\n", -1);
            out.println(name + ":" + " ".repeat(width - name.length() + 2) + lines[0]);
            for (int i = 1; i < lines.length; i++) {
                out.println(" ".repeat(width + 3) + lines[i]);
            }
        });
        print(details.layers(), out);
        print(details.referrers(), out);
    }

    private static void print(Table table, PrintWriter out) {
        List<String> lines = table.lines("  ");
        if (lines.size() > 1) {
            out.println();
            lines.forEach(out::println);
        }
    }
}
