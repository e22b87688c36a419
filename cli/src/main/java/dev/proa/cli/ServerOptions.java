package dev.proa.cli;

import dev.proa.client.clock.Clock;
import dev.proa.cluster.ClusterConfig;
import dev.proa.cluster.ControllerManagerOptions;
import dev.proa.cluster.SchedulerOptions;
import dev.proa.embedded.ApiServerOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The options of a cluster that is started. */
final class ServerOptions {
    private static final int USUAL_PORT = 6443;
    private static final int FIRST_NODE_PORT = 30_000;
    private static final int LAST_NODE_PORT = 32_767;

    /** Parses a runtime's name; runtimes that are only for tests are not accepted. */
    static final class RuntimeName implements ITypeConverter<ClusterConfig.Runtime> {
        @Override
        public ClusterConfig.Runtime convert(String name) {
            return switch (name) {
                case "sandbox" -> ClusterConfig.Runtime.SANDBOX;
                case "simulated" -> ClusterConfig.Runtime.SIMULATED;
                default -> throw new TypeConversionException("there is sandbox and simulated, not \"" + name + "\"");
            };
        }
    }

    @Option(
            names = "--nodes",
            paramLabel = "N",
            description = "How many nodes (default: as many as it had before, or 1). 0 leaves them to proa node.")
    private @Nullable Integer nodes;

    @Option(
            names = "--runtime",
            paramLabel = "RUNTIME",
            converter = RuntimeName.class,
            description =
                    "What runs the containers: sandbox (Linux namespaces, needs root) or simulated (nothing runs, "
                            + "pods behave as told). Default: the one it had before, or sandbox.")
    private ClusterConfig.@Nullable Runtime runtime;

    private @Nullable Integer port;

    @Option(
            names = "--expose",
            negatable = true,
            description = "Let other machines reach node ports and host ports, or not (default: as it was before, or "
                    + "only this machine does).")
    private @Nullable Boolean expose;

    @Option(
            names = "--registry-port",
            paramLabel = "PORT",
            description =
                    "Port of the cluster's image registry on the cluster's loopback address, 0 for any that is free "
                            + "(default: the one it had before or 5001, and any that is free when that is taken).")
    private @Nullable Integer registryPort;

    @Option(
            names = "--registry-anonymous",
            negatable = true,
            description = "Let everybody on this machine push to the registry and pull from it, by plain HTTP, or not "
                    + "(default: as it was before, or by HTTPS with an identity of the cluster only).")
    private @Nullable Boolean registryAnonymous;

    @Option(
            names = "--kube-apiserver-arg",
            paramLabel = "FLAG=VALUE",
            description =
                    "A flag of kube-apiserver, as in audit-policy-file=FILE; may be given several times. Others stay"
                            + " as they were before: FLAG= takes one away, an empty argument all of them.")
    private @Nullable List<String> apiServerArguments;

    @Option(
            names = "--kube-scheduler-arg",
            paramLabel = "FLAG=VALUE",
            description = "A flag of kube-scheduler: config=FILE, with a KubeSchedulerConfiguration. It stays as it was"
                    + " before: config= takes it away.")
    private @Nullable List<String> schedulerArguments;

    @Option(
            names = "--kube-controller-manager-arg",
            paramLabel = "FLAG=VALUE",
            description =
                    "A flag of kube-controller-manager, as in horizontal-pod-autoscaler-sync-period=5s; may be given"
                            + " several times. Others stay as they were before: FLAG= takes one away, an empty argument all of them.")
    private @Nullable List<String> controllerManagerArguments;

    private static final FlagOption API_SERVER = new FlagOption(
            "--kube-apiserver-arg",
            (flags, directory) -> ApiServerOptions.parse(flags, directory).arguments(),
            ApiServerOptions::name,
            ApiServerOptions::checkName);

    private static final FlagOption SCHEDULER = new FlagOption(
            "--kube-scheduler-arg",
            (flags, directory) -> SchedulerOptions.parse(flags, directory).arguments(),
            SchedulerOptions::name,
            SchedulerOptions::checkName);

    private static final FlagOption CONTROLLER_MANAGER = new FlagOption(
            "--kube-controller-manager-arg",
            (flags, directory) -> ControllerManagerOptions.parse(flags).arguments(),
            ControllerManagerOptions::name,
            ControllerManagerOptions::checkName);

    /** Sets the API server's port; null for no preference. */
    ServerOptions at(@Nullable Integer wanted) {
        port = wanted;
        return this;
    }

    /** Rejects invalid values. */
    void check() {
        API_SERVER.given(apiServerArguments);
        SCHEDULER.given(schedulerArguments);
        CONTROLLER_MANAGER.given(controllerManagerArguments);
        if (nodes != null && (nodes < 0 || nodes > 250)) {
            throw new Failure(Exit.USAGE, "--nodes must be between 0 and 250, not " + nodes);
        }
        if (port != null && (port < 0 || port > 65535)) {
            throw new Failure(Exit.USAGE, "--port must be between 0 and 65535, not " + port);
        }
        if (port != null && port >= FIRST_NODE_PORT && port <= LAST_NODE_PORT) {
            throw new Failure(
                    Exit.USAGE, "--port must not be one of the node ports of services, 30000 to 32767: " + port);
        }
        if (registryPort != null && (registryPort < 0 || registryPort > 65535)) {
            throw new Failure(Exit.USAGE, "--registry-port must be between 0 and 65535, not " + registryPort);
        }
        if (registryPort != null && registryPort >= FIRST_NODE_PORT && registryPort <= LAST_NODE_PORT) {
            throw new Failure(
                    Exit.USAGE,
                    "--registry-port must not be one of the node ports of services, 30000 to 32767: " + registryPort);
        }
    }

    /** Rejects a running cluster whose options differ from the requested ones. */
    void compare(ClusterHome home, ClusterHome.Running running) throws IOException {
        List<String> others = new ArrayList<>();
        if (nodes != null && nodes != running.nodes()) {
            others.add("with --nodes " + running.nodes());
        }
        if (runtime != null && !runtime.toString().equals(running.runtime())) {
            others.add("with --runtime " + running.runtime());
        }
        if (port != null && port != 0 && !running.url().endsWith(":" + port)) {
            others.add("at " + running.url());
        }
        if (registryPort != null && registryPort != 0 && !running.registry().endsWith(":" + registryPort)
                || registryAnonymous != null
                        && registryAnonymous != running.registry().startsWith("http://")) {
            others.add("with its registry at " + running.registry());
        }
        ClusterHome.Shape shape = home.remembered();
        if (shape != null && API_SERVER.changes(shape.apiServer(), apiServerArguments)) {
            others.add("with other flags of kube-apiserver");
        }
        if (shape != null && SCHEDULER.changes(shape.scheduler(), schedulerArguments)) {
            others.add("with other flags of kube-scheduler");
        }
        if (shape != null && CONTROLLER_MANAGER.changes(shape.controllerManager(), controllerManagerArguments)) {
            others.add("with other flags of kube-controller-manager");
        }
        if (!others.isEmpty()) {
            throw new Failure(
                    Exit.FAILED,
                    "cluster \"" + home.name() + "\" is running already, " + String.join(" and ", others)
                            + "; end it first with: " + home.command("down"));
        }
    }

    private ApiServerOptions apiServer(ClusterHome.Shape before) {
        try {
            return ApiServerOptions.parse(API_SERVER.merged(before.apiServer(), apiServerArguments), Path.of("/"));
        } catch (IllegalArgumentException e) {
            throw API_SERVER.refused(e);
        }
    }

    private SchedulerOptions scheduler(ClusterHome.Shape before) {
        try {
            SchedulerOptions options =
                    SchedulerOptions.parse(SCHEDULER.merged(before.scheduler(), schedulerArguments), Path.of("/"));
            options.configuration(); // what is wrong with it is told before anything is started
            return options;
        } catch (IllegalArgumentException | UncheckedIOException e) {
            throw SCHEDULER.refused(e);
        }
    }

    private ControllerManagerOptions controllerManager(ClusterHome.Shape before) {
        try {
            return ControllerManagerOptions.parse(
                    CONTROLLER_MANAGER.merged(before.controllerManager(), controllerManagerArguments));
        } catch (IllegalArgumentException e) {
            throw CONTROLLER_MANAGER.refused(e);
        }
    }

    /** The configuration; options that are not given are those of the last run. */
    ClusterConfig config(ClusterHome home) throws IOException {
        check();
        ClusterHome.Shape before = home.remembered();
        if (before == null) {
            before = new ClusterHome.Shape(
                    1, ClusterConfig.Runtime.SANDBOX.toString(), false, 0, false, List.of(), List.of(), List.of());
        }
        return new ClusterConfig(
                home.name(),
                home.directory(),
                "127.0.0.1",
                choosePort(home.portBefore()),
                nodes == null ? before.nodes() : nodes,
                runtime == null ? new RuntimeName().convert(before.runtime()) : runtime,
                true,
                expose == null ? before.expose() : expose,
                registry(before),
                apiServer(before),
                scheduler(before),
                controllerManager(before),
                Clock.system(),
                System.nanoTime());
    }

    private ClusterConfig.Registry registry(ClusterHome.Shape before) {
        int usual = before.registryPort() > 0 ? before.registryPort() : ClusterConfig.Registry.USUAL_PORT;
        return new ClusterConfig.Registry(
                registryPort == null ? usual : registryPort,
                registryPort == null,
                registryAnonymous == null ? before.registryAnonymous() : registryAnonymous);
    }

    /** The preferred port of the API server; 0 for any. */
    int usualPort(int before) {
        return port != null ? port : before > 0 ? before : USUAL_PORT;
    }

    /** Keeps the port of the last run where possible, so that copied kubeconfigs stay valid. */
    private int choosePort(int before) {
        if (port != null) {
            if (port > 0 && !free(port)) {
                throw new Failure(
                        Exit.FAILED,
                        "port " + port
                                + " of 127.0.0.1 is in use; choose another with --port, or 0 for any that is free");
            }
            return port;
        }
        if (before > 0 && free(before)) {
            return before;
        }
        return free(USUAL_PORT) ? USUAL_PORT : 0;
    }

    private static boolean free(int candidate) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), candidate));
            return true;
        } catch (IOException e) {
            return false; // it may be another cluster's
        }
    }

    /** The options as arguments of {@code proa server}. */
    List<String> arguments() {
        List<String> arguments = new ArrayList<>();
        if (nodes != null) {
            arguments.addAll(List.of("--nodes", nodes.toString()));
        }
        if (runtime != null) {
            arguments.addAll(List.of("--runtime", runtime.toString()));
        }
        if (port != null) {
            arguments.addAll(List.of("--port", port.toString()));
        }
        if (expose != null) {
            arguments.add(expose ? "--expose" : "--no-expose");
        }
        if (registryPort != null) {
            arguments.addAll(List.of("--registry-port", registryPort.toString()));
        }
        if (registryAnonymous != null) {
            arguments.add(registryAnonymous ? "--registry-anonymous" : "--no-registry-anonymous");
        }
        arguments.addAll(API_SERVER.arguments(apiServerArguments));
        arguments.addAll(SCHEDULER.arguments(schedulerArguments));
        arguments.addAll(CONTROLLER_MANAGER.arguments(controllerManagerArguments));
        return arguments;
    }
}
