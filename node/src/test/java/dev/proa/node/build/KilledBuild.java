package dev.proa.node.build;

import dev.proa.client.clock.Clock;
import dev.proa.image.Image;
import dev.proa.image.Reference;
import dev.proa.image.solver.BaseImages;
import dev.proa.image.solver.BuildProgress;
import dev.proa.image.solver.BuildRequest;
import dev.proa.image.solver.DockerfileBuilder;
import dev.proa.image.store.ImageStore;
import java.io.IOException;
import java.nio.file.Path;

/** A build in a process of its own, which a test may kill. Prints the output of commands, then {@code built DIGEST}. */
final class KilledBuild {
    private KilledBuild() {}

    /** Starts it. */
    static Process start(BuildFixture fixture, String dockerfile, String name) throws IOException {
        return start(fixture, dockerfile, name, false);
    }

    /** @param noCache whether it runs all steps again */
    static Process start(BuildFixture fixture, String dockerfile, String name, boolean noCache) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-Xshare:auto",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        KilledBuild.class.getName(),
                        fixture.home.toString(),
                        dockerfile,
                        name,
                        Boolean.toString(noCache))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** @param args the directory of a {@link BuildFixture}, a file of its context, the name of the image, and whether to use no cache */
    public static void main(String[] args) throws Exception {
        Path home = Path.of(args[0]);
        ImageStore store = ImageStore.open(home.resolve("images"));
        BuildProgress progress = name -> new BuildProgress.Vertex() {
            @Override
            public void output(byte[] bytes) {
                System.out.writeBytes(bytes);
                System.out.flush();
            }
        };
        try (RuntimeBuildSandbox sandbox = new RuntimeBuildSandbox(home.resolve("sandbox"), Clock.system())) {
            BuildRequest request = BuildRequest.of(
                            home.resolve("context"), home.resolve("context").resolve(args[1]))
                    .withSourceDateEpoch(0L)
                    .withNoCache(Boolean.parseBoolean(args[3]));
            Image image = new DockerfileBuilder(store, home.resolve("cache"), BaseImages.of(store), sandbox)
                    .build(request, Reference.parse(args[2]), progress, warning -> {});
            System.out.println("built " + image.digest());
        }
    }
}
