package dev.proa.cli;

import dev.proa.api.codec.Json;
import dev.proa.api.value.MapValue;
import dev.proa.image.store.FileTrees;
import dev.proa.image.store.ImageStore;
import dev.proa.image.store.NamedManifest;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code proa image prune}: frees the disk space of what nobody needs. */
@Command(
        name = "prune",
        mixinStandardHelpOptions = true,
        description = {
            "Delete what no name of an image leads to.",
            "",
            "With --all also the images that no object of the cluster names, with --cache also what builds remember."
        })
final class ImagePruneCommand implements Callable<Integer> {
    /** Where builds that run have their files. */
    private static final String WORK = "work";

    @Mixin
    private NameOption name;

    @Mixin
    private OutputOption output;

    @Option(
            names = {"-a", "--all"},
            description = "Also images that neither pods nor revisions of an application name. The cluster must run.")
    private boolean all;

    @Option(
            names = "--cache",
            description =
                    "Also the cache of builds, which all clusters share; the next build of each application is a whole one.")
    private boolean cache;

    @Option(
            names = "--older-than",
            defaultValue = "10m",
            paramLabel = "TIME",
            converter = LogsCommand.Since.class,
            description =
                    "Keep what came later, as 0s, 10m, 2h or 1d (default: ${DEFAULT-VALUE}): a build may be about to name it.")
    private Duration age;

    @Spec
    private picocli.CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        boolean json = output.json();
        ClusterHome home = name.home();
        ImageStore store = Images.ifThere(home).orElse(null);
        int names = all && store != null ? removeUnused(home, store) : 0;
        ImageStore.Garbage garbage = store == null ? new ImageStore.Garbage(0, 0) : store.collectGarbage(age);
        if (cache) {
            clearCache(Home.of(System.getenv()).cache());
        }
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(Json.toString(
                    MapValue.of("names", (long) names, "blobs", (long) garbage.blobs(), "bytes", garbage.bytes())));
        } else {
            out.println((names == 0 ? "" : "removed " + names + (names == 1 ? " name, " : " names, ")) + "deleted "
                    + garbage.blobs() + (garbage.blobs() == 1 ? " blob, " : " blobs, ") + "freed "
                    + Images.bytes(garbage.bytes()) + (cache ? ", and emptied the cache of builds" : ""));
        }
        return Exit.OK;
    }

    /** What is about an image goes with it, by the garbage collection or here. */
    private int removeUnused(ClusterHome home, ImageStore store) {
        home.require();
        ImagesInUse used = ImagesInUse.of(home);
        PrintWriter err = spec.commandLine().getErr();
        int removed = 0;
        for (NamedManifest named : store.manifests()) {
            boolean dependent = store.contains(named.manifest().digest()) && Images.isAboutOthers(store, named);
            if (!dependent && used.user(named.name()).isEmpty()) {
                removed += store.remove(entry -> entry.name().equals(named.name()));
                err.println("removed " + named.name().familiar());
            }
        }
        return removed;
    }

    private static void clearCache(Path cache) throws IOException {
        if (!Files.isDirectory(cache)) {
            return;
        }
        try (DirectoryStream<Path> kinds = Files.newDirectoryStream(cache)) {
            for (Path kind : kinds) {
                if (!kind.getFileName().toString().equals(WORK)) {
                    FileTrees.delete(kind);
                }
            }
        }
    }
}
