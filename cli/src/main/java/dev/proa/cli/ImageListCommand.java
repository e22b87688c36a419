package dev.proa.cli;

import dev.proa.api.codec.Json;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.image.Digest;
import dev.proa.image.store.NamedManifest;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code proa image ls}: lists images. */
@Command(
        name = "ls",
        aliases = "list",
        mixinStandardHelpOptions = true,
        description = {"List the images of a cluster, with their platforms and sizes."})
final class ImageListCommand implements Callable<Integer> {
    @Mixin
    private NameOption name;

    @Mixin
    private OutputOption output;

    @Option(
            names = {"-a", "--all"},
            description = "Also what is only there because of an image: signatures, SBOMs, and names with a digest.")
    private boolean all;

    @Spec
    private picocli.CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() {
        boolean json = output.json();
        PrintWriter out = spec.commandLine().getOut();
        // Each image as its name and the object that programs get.
        Map<NamedManifest, MapValue> images = new LinkedHashMap<>();
        Images.ifThere(name.home())
                .ifPresent(store -> store.manifests().stream()
                        .filter(named -> store.contains(named.manifest().digest()))
                        .filter(named -> all || named.name().digest() == null && !Images.isAboutOthers(store, named))
                        .forEach(named -> images.put(named, Images.json(store, named))));
        if (json) {
            out.println(Json.toString(MapValue.of("images", ListValue.copyOf(List.copyOf(images.values())))));
        } else {
            print(images, out);
        }
        return Exit.OK;
    }

    private static void print(Map<NamedManifest, MapValue> images, PrintWriter out) {
        Table table = new Table("REPOSITORY", "TAG", "IMAGE ID", "PLATFORM", "CREATED", "SIZE");
        Instant now = Instant.now();
        images.forEach((named, image) -> {
            int platforms = image.list("platforms").size();
            String tag = named.name().tag();
            Digest digest = named.name().digest();
            table.row(
                    named.name().familiar().replaceFirst(tag == null ? "@[^@]*$" : ":[^:/]*$", ""),
                    tag != null ? tag : digest == null ? "-" : "@" + digest.shortHex(),
                    named.manifest().digest().shortHex(),
                    platforms == 1
                            ? String.valueOf(image.list("platforms").get(0))
                            : platforms == 0 ? "-" : platforms + " platforms",
                    age(image.string("created"), now),
                    Images.bytes(image.integer("size", 0)));
        });
        table.lines("").forEach(out::println);
    }

    /** Reproducible images have no time, or one of long ago that means none. */
    private static String age(String created, Instant now) {
        try {
            Instant time = created.isEmpty() ? Instant.EPOCH : Instant.parse(created);
            return time.isBefore(Instant.EPOCH.plus(Duration.ofDays(366)))
                    ? "-"
                    : ClusterList.age(Duration.between(time, now)) + " ago";
        } catch (DateTimeParseException e) {
            return "-";
        }
    }
}
