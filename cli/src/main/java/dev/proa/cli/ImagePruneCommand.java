package dev.proa.cli;

import dev.proa.api.codec.Json;
import dev.proa.api.value.MapValue;
import dev.proa.image.build.CacheFolder;
import dev.proa.image.store.ImageStore;
import dev.proa.image.store.NamedManifest;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
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
    public Integer call() {
        boolean json = output.json();
        ClusterHome home = name.home();
        ImageStore store = Images.ifThere(home).orElse(null);
        int names = all && store != null ? removeUnused(home, store) : 0;
        ImageStore.Garbage garbage = store == null ? new ImageStore.Garbage(0, 0) : store.collectGarbage(age);
        boolean cleared = cache && CacheFolder.clear(Home.of(System.getenv()).cache());
        if (cache && !cleared) {
            spec.commandLine().getErr().println("note: the cache of builds stays, since a build runs; try again later");
        }
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(Json.toString(
                    MapValue.of("names", (long) names, "blobs", (long) garbage.blobs(), "bytes", garbage.bytes())));
        } else {
            out.println((names == 0 ? "" : "removed " + names + (names == 1 ? " name, " : " names, ")) + "deleted "
                    + garbage.blobs() + (garbage.blobs() == 1 ? " blob, " : " blobs, ") + "freed "
                    + Images.bytes(garbage.bytes()) + (cleared ? ", and emptied the cache of builds" : ""));
        }
        return Exit.OK;
    }

    /** What is about an image goes with it, by the garbage collection or here. */
    private int removeUnused(ClusterHome home, ImageStore store) {
        home.require();
        ImagesInUse used = ImagesInUse.of(home);
        List<NamedManifest> removed = store.remove(
                named -> used.user(named.name()).isEmpty()
                        && !(store.contains(named.manifest().digest()) && Images.isAboutOthers(store, named)),
                age);
        // A pod may have come meanwhile, and has found its image.
        ImagesInUse now = ImagesInUse.of(home);
        int names = 0;
        for (NamedManifest named : removed) {
            if (now.user(named.name()).isEmpty()) {
                spec.commandLine().getErr().println("removed " + named.name().familiar());
                names++;
            } else {
                store.tag(List.of(named.name()), named.manifest());
            }
        }
        return names;
    }
}
