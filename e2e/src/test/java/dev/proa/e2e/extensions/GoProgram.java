package dev.proa.e2e.extensions;

import dev.proa.e2e.Await;
import dev.proa.e2e.Directories;
import dev.proa.e2e.TestCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;

/**
 * A program of a Go module that runs in a cluster by the manifests of its project.
 *
 * @param name the program's
 */
record GoProgram(GoModule module, String name) {
    static final Duration PATIENCE = Duration.ofMinutes(3);

    /**
     * Compiles it, and makes the image {@code NAME:e2e} of it as its Dockerfile does: of the program alone.
     *
     * @param directory for the program
     */
    void image(TestCluster cluster, Path directory) throws IOException {
        Path context = Files.createDirectory(directory.resolve(name));
        module.build("./cmd/" + name, context.resolve(name));
        Files.writeString(context.resolve("Dockerfile"), """
                FROM scratch
                COPY %1$s /
                USER 65534
                ENTRYPOINT ["/%1$s"]
                """.formatted(name));
        cluster.proa("image", "build", "-t", name + ":e2e", context.toString()).ok();
    }

    /** Copies a folder of manifests to {@code manifests}, since kustomize reads only what is below its own folder. */
    void manifests(String folder, Path directory) throws IOException {
        Directories.copy(module.directory().resolve(folder), directory.resolve("manifests"));
    }

    /** Applies a kustomization, and waits until a Deployment of it and some APIServices are available. */
    static void deploy(TestCluster cluster, Path kustomization, String namespace, String name, String... services) {
        cluster.kubectl("apply", "-k", kustomization.toString()).ok();
        String patience = "--timeout=" + PATIENCE.toSeconds() + "s";
        cluster.kubectl("rollout", "status", "deployment/" + name, "-n", namespace, patience)
                .ok();
        for (String service : services) {
            cluster.kubectl("wait", "--for=condition=Available", "apiservice/" + service, patience)
                    .ok();
        }
    }

    /** Waits until {@code kubectl top} shows something. */
    static void awaitUsage(TestCluster cluster, String kind, String namespace, Pattern line) {
        Await.until(
                "the use of " + kind + "s is known",
                PATIENCE,
                () -> cluster.kubectl("top", kind, "-n", namespace).out(),
                table -> line.matcher(table).find());
    }
}
