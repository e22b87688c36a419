package dev.proa.delivery.pipeline.run;

import dev.proa.client.Client;
import dev.proa.client.clock.Clock;
import dev.proa.delivery.DeployOutcome;
import dev.proa.delivery.DeployRequest;
import dev.proa.delivery.Deployer;
import dev.proa.delivery.Progress;
import dev.proa.delivery.Target;
import dev.proa.delivery.source.SourceOptions;
import dev.proa.image.build.BuildOptions;
import dev.proa.image.build.Builder;
import dev.proa.image.solver.BuildSandbox;
import dev.proa.image.store.FileTrees;
import dev.proa.image.store.ImageStore;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * {@code proa deploy} for the jobs of a namespace: the deployment that the command of that name makes, as the run's service account. Images are built by Dockerfiles
 * only, whose steps are run in a sandbox; other builds would run the project's tools on the cluster's machine.
 *
 * @param client acts as the run's service account
 * @param nodePorts address of node ports
 */
record DeployTool(
        Client client,
        String namespace,
        ImageStore images,
        Path cache,
        BuildSandbox sandbox,
        String nodePorts,
        Clock clock)
        implements ToolServer.Tool {
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    @Override
    public int run(ToolRequest request, JobContainer container, PrintWriter out)
            throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(request.arguments());
        if (words.isEmpty() || !words.removeFirst().equals("deploy")) {
            out.println("In pipelines proa knows the command deploy: proa deploy [FOLDER] [--as NAME] [--port PORT]");
            return 2;
        }
        String folder = ".";
        String name = "";
        int port = 0;
        while (!words.isEmpty()) {
            String word = words.removeFirst();
            if (word.equals("--as") && !words.isEmpty()) {
                name = words.removeFirst();
            } else if (word.equals("--port")
                    && !words.isEmpty()
                    && words.getFirst().matches("[0-9]{1,5}")) {
                port = Integer.parseInt(words.removeFirst());
            } else if (word.startsWith("-")) {
                out.println("proa deploy: the option " + word + " is not understood in pipelines");
                return 2;
            } else {
                folder = word;
            }
        }
        Path here = Files.createTempDirectory(Files.createDirectories(images.scratch()), "pipeline-deploy");
        try {
            Path there = Path.of(request.workingDirectory()).resolve(folder).normalize();
            Path project = Files.createDirectory(
                    here.resolve(String.valueOf(there.getFileName() == null ? "app" : there.getFileName())));
            // Its configuration, manifests and Dockerfile are read here.
            FolderTransfer.fetch(container, there.toString(), project, ContextArchive.Links.INSIDE);
            return deploy(project, name, port, out);
        } finally {
            FileTrees.delete(here);
        }
    }

    private int deploy(Path project, String name, int port, PrintWriter out) throws InterruptedException {
        SourceOptions sources =
                new SourceOptions("", List.of(), List.of(), false, List.of(), Builder.DOCKERFILE, Map.of(), false);
        DeployRequest wanted = DeployRequest.of(project, namespace, PATIENCE)
                .withName(name)
                .withPort(port)
                .withSources(sources);
        Deployer deployer = new Deployer(
                client,
                (ns, pod, container, lines) -> "",
                images,
                BuildOptions.local(cache).withBuilder(Builder.DOCKERFILE),
                sandbox,
                Target.local(nodePorts),
                clock,
                new Printed(out));
        return switch (deployer.deploy(wanted)) {
            case DeployOutcome.Running running -> {
                out.println(
                        running.app() + " runs" + (running.url().isEmpty() ? "" : " and answers at " + running.url()));
                yield 0;
            }
            case DeployOutcome.Failed failed -> {
                out.println("Deployment failed: " + failed.message());
                yield 1;
            }
        };
    }

    private record Printed(PrintWriter out) implements Progress {
        @Override
        public void step(String message) {
            out.println("==> " + message);
        }

        @Override
        public void detail(String message) {
            out.println("    " + message);
        }
    }
}
