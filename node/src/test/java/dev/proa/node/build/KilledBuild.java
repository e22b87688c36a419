package dev.proa.node.build;

import dev.proa.client.clock.Clock;
import dev.proa.image.Reference;
import dev.proa.image.solver.BaseImages;
import dev.proa.image.solver.BuildProgress;
import dev.proa.image.solver.BuildRequest;
import dev.proa.image.solver.DockerfileBuilder;
import dev.proa.image.store.ImageStore;
import java.nio.file.Path;

/** A build in a process of its own, which a test kills. */
final class KilledBuild {
    private KilledBuild() {}

    /** @param args the directory of a {@link BuildFixture} */
    public static void main(String[] args) throws Exception {
        Path home = Path.of(args[0]);
        ImageStore store = ImageStore.open(home.resolve("images"));
        RuntimeBuildSandbox sandbox = new RuntimeBuildSandbox(home.resolve("sandbox"), Clock.system());
        BuildProgress progress = name -> new BuildProgress.Vertex() {
            @Override
            public void output(byte[] bytes) {
                System.out.writeBytes(bytes);
                System.out.flush();
            }
        };
        new DockerfileBuilder(store, home.resolve("cache"), BaseImages.of(store), sandbox)
                .build(
                        BuildRequest.of(home.resolve("context"), home.resolve("context/Dockerfile")),
                        Reference.parse("killed"),
                        progress,
                        warning -> {});
    }
}
