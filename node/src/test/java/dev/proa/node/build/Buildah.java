package dev.proa.node.build;

import dev.proa.image.Image;
import dev.proa.image.Platform;
import dev.proa.image.Reference;
import dev.proa.image.archive.ImageArchives;
import dev.proa.image.store.ImageStore;
import dev.proa.node.linux.Mounts;
import dev.proa.node.sandbox.state.StateFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The buildah that is installed, with storage of its own and without network. */
final class Buildah {
    private static final long LIMIT_SECONDS = 120;

    private final Path home;

    Buildah(Path home) throws IOException {
        this.home = Files.createDirectories(home);
        Files.writeString(home.resolve("policy.json"), "{\"default\":[{\"type\":\"insecureAcceptAnything\"}]}");
    }

    static boolean installed() {
        return Files.isExecutable(Path.of("/usr/bin/buildah"));
    }

    /** Imports an OCI layout under a name without registry. */
    void load(Path layout, String name) throws IOException, InterruptedException {
        run(home, "pull", "--signature-policy", home + "/policy.json", "oci:" + layout);
        String id = run(home, "images", "-q").lines().findFirst().orElseThrow();
        run(home, "tag", id, name);
    }

    /** Builds, and returns the output. */
    String build(Path context, Path file, List<String> options, String name) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of(
                "bud",
                "--format",
                "docker",
                "--isolation",
                "chroot",
                "--pull-never",
                "--signature-policy",
                home + "/policy.json",
                "-t",
                name,
                "-f",
                file.toString()));
        words.addAll(options);
        words.add(context.toString());
        return run(context.resolveSibling(""), words.toArray(String[]::new));
    }

    /** Puts an image into a store of Proa. */
    Image export(String name, ImageStore store, Path scratch) throws IOException, InterruptedException {
        Path layout = scratch.resolve("exported");
        run(home, "push", "--signature-policy", home + "/policy.json", name, "docker-archive:" + layout + ":latest");
        try {
            return new ImageArchives(store, Platform.host()).load(layout, "", Reference.parse("buildah:latest"));
        } finally {
            StateFiles.delete(layout);
        }
    }

    private String run(Path directory, String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                "unshare",
                "--net",
                "buildah",
                "--root",
                home + "/root",
                "--runroot",
                home + "/runroot",
                "--storage-driver",
                "overlay"));
        command.addAll(List.of(words));
        Path output = Files.createTempFile(home, "output", ".txt");
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException(command + " did not end");
        }
        String text = Files.readString(output);
        Files.delete(output);
        if (process.exitValue() != 0) {
            throw new IOException(String.join(" ", command) + " failed:\n" + text);
        }
        return text;
    }

    /** Ends its mounts, and deletes all. */
    void delete() throws IOException {
        for (Path mount : Mounts.below(home).reversed()) {
            Mounts.unmountAll(mount);
        }
        StateFiles.delete(home);
    }
}
