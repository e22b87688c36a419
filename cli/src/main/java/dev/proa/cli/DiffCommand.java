package dev.proa.cli;

import dev.proa.client.Client;
import dev.proa.client.Transport.TransportException;
import dev.proa.client.clock.Clock;
import dev.proa.delivery.DeployRequest;
import dev.proa.delivery.Differ;
import dev.proa.delivery.config.AppSpec;
import dev.proa.image.ImageFailure;
import dev.proa.image.build.BuildOptions;
import dev.proa.image.solver.BuildSandbox;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code proa diff}: shows what a deployment would change. */
@Command(
        name = "diff",
        mixinStandardHelpOptions = true,
        description = {
            "Show what deploying an application would change, as kubectl diff does; nothing is changed.",
            "",
            "Ends with 0 when nothing would change, with 1 when something would, and with more when that cannot be told. Images are "
                    + "built, since their digests count. Values of Secrets are masked."
        })
final class DiffCommand implements Callable<Integer> {
    private static final int DIFFERS = 1;
    private static final int ERROR = 2;

    @Mixin
    private SourceArguments source;

    @Mixin
    private TargetOptions cluster;

    @Mixin
    private NamespaceOption namespace;

    @Option(names = "--as", defaultValue = "", paramLabel = "NAME", description = "Name of the application.")
    private String as;

    @Option(names = "--prune", description = "Show also what deploy --prune would delete.")
    private boolean prune;

    @Spec
    private picocli.CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        cluster.check();
        PrintWriter out = spec.commandLine().getOut();
        Style style = Style.of(System.getenv());
        DeployRequest request = DeployRequest.of(source.folder(), namespace.namespace(), Duration.ZERO)
                .withName(as)
                .with(prune, false)
                .withSources(source.options());
        TargetOptions.Reached reached = cluster.reachRunning();
        List<String> lines = new ArrayList<>();
        Path cache = Home.of(System.getenv()).cache();
        try (Client client = new Client(reached.transport());
                BuildSandbox sandbox = BuildSandboxes.of(cache)) {
            Differ differ = new Differ(
                    client,
                    reached.images(),
                    BuildOptions.local(cache)
                            .withCompression(Registries.compression(reached.target()))
                            .withBuilder(source.options().builder()),
                    sandbox,
                    reached.target(),
                    Clock.system(),
                    new PrintedProgress(spec.commandLine().getErr(), style));
            for (AppSpec app : source.applications(!as.isEmpty() || source.named())) {
                lines.addAll(differ.diff(request.withApp(app)));
            }
        } catch (IllegalArgumentException | ImageFailure | TransportException e) {
            throw new Failure(ERROR, String.valueOf(e.getMessage()));
        }
        lines.forEach(line -> out.println(coloured(line, style)));
        out.flush();
        return lines.isEmpty() ? Exit.OK : DIFFERS;
    }

    private static String coloured(String line, Style style) {
        return switch (line.isEmpty() ? ' ' : line.charAt(0)) {
            case '+' -> style.added(line);
            case '-' -> style.removed(line);
            case '@' -> style.faint(line);
            default -> line;
        };
    }
}
