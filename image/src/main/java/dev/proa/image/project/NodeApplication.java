package dev.proa.image.project;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * An application of Node.js, or a site that its tools make.
 *
 * @param version of Node.js that is asked for; empty for any
 * @param build whether there is a build script
 * @param output what runs or is served
 * @param allDependencies whether those for development are needed when it runs, too
 * @param installScripts whether installing runs scripts of the project itself, which may need its sources
 * @param environment that its start script sets
 */
public record NodeApplication(
        String name,
        PackageManager manager,
        String version,
        String versionFile,
        boolean build,
        Output output,
        boolean hasDependencies,
        boolean allDependencies,
        boolean installScripts,
        Map<String, String> environment,
        List<String> reasons)
        implements Application {

    public NodeApplication {
        environment = Map.copyOf(environment);
        reasons = List.copyOf(reasons);
    }

    /** What of a project goes into its image. */
    public sealed interface Output {
        /**
         * A site, served by a static file server.
         *
         * @param folders where it may be, the likeliest first
         */
        record Site(List<String> folders) implements Output {
            public Site {
                folders = List.copyOf(folders);
            }
        }

        /** The project with its packages. */
        record Server(List<String> start) implements Output {
            public Server {
                start = List.copyOf(start);
            }
        }

        /**
         * A folder with all that is needed, as some frameworks write it.
         *
         * @param folder its contents become {@code /app}
         * @param beside further folders that belong into it
         */
        record Standalone(String folder, Map<String, String> beside, List<String> start) implements Output {
            public Standalone {
                beside = Map.copyOf(beside);
                start = List.copyOf(start);
            }
        }
    }

    @Override
    public String language() {
        return "Node.js";
    }

    @Override
    public String file() {
        return "package.json";
    }

    @Override
    public List<Need> needs() {
        List<Need> needs = new ArrayList<>(List.of(new Need("node", version, versionFile)));
        if (build || hasDependencies) {
            needs.add(new Need(manager.program(), "", manager.lock()));
        }
        return needs;
    }

    /** The command that installs the packages of the image. */
    public List<String> production() {
        return allDependencies ? manager.install() : manager.production();
    }

    /** Whether the image has packages of its own beside what the build put together. */
    public boolean installsForImage() {
        return hasDependencies && output instanceof Output.Server;
    }

    @Override
    public List<String> commands() {
        List<String> commands = new ArrayList<>();
        if (build) {
            commands.add(String.join(" ", manager.install()));
            commands.add(manager.program() + " run build");
        }
        if (installsForImage()) {
            commands.add(String.join(" ", production()) + "  (apart from the folder)");
        }
        return commands;
    }

    @Override
    public List<String> layers() {
        return switch (output) {
            case Output.Site site -> List.of("static file server", "files");
            case Output.Standalone standalone -> List.of("application");
            case Output.Server server ->
                installsForImage() ? List.of("dependencies", "application") : List.of("application");
        };
    }

    @Override
    public List<String> start() {
        return switch (output) {
            case Output.Site site -> List.of();
            case Output.Standalone standalone -> standalone.start();
            case Output.Server server -> server.start();
        };
    }
}
