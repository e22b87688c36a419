package dev.proa.cli;

import dev.proa.api.apps.v1.Deployment;
import dev.proa.api.codec.Json;
import dev.proa.api.core.v1.ConfigMap;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.client.ListOptions;
import dev.proa.client.Transport.EventStream;
import dev.proa.client.http.HttpTransport;
import dev.proa.client.http.KubeconfigEditor;
import dev.proa.cluster.Cluster;
import dev.proa.cluster.ClusterConfig;
import dev.proa.cluster.ControllerManagerOptions;
import dev.proa.cluster.SchedulerOptions;
import dev.proa.embedded.ApiServerOptions;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

/**
 * The training run for the AOT cache of the server and the commands (JEP 483, 514, 515): the launcher runs this once
 * after a build, and the JVM stores the classes that were loaded and linked, and their method profiles. It starts a
 * cluster of simulated nodes in {@code $PROA_HOME}, which must be an empty directory that is deleted afterwards, rolls
 * out a Deployment, reads the status, and loads the classes that sandbox nodes need. It touches nothing outside that
 * directory and listens on loopback only.
 */
final class AotTraining {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int CLIENTS = 8;
    private static final int WRITES = 150;
    private static final int WATCHES = 20;
    /** The packages whose classes are all loaded: the project's own code, without the generated types. */
    private static final List<String> LOADED =
            List.of("client", "server", "control", "node", "image", "registry", "delivery", "cluster", "cli");

    /** Of those, the packages that most clusters never use: Java loads all that is in the cache with each start. */
    private static final List<String> RARE = List.of(
            "admission/policy", "admission/webhook", "apiextensions", "cel", "customresource", "expression", "webhook");

    private AotTraining() {}

    public static void main(String[] arguments) throws Exception {
        ClusterHome home = Home.of(System.getenv()).cluster("proa");
        ClusterConfig config = new ClusterConfig(
                home.name(),
                home.directory(),
                "127.0.0.1",
                0,
                1,
                ClusterConfig.Runtime.SIMULATED,
                true,
                false,
                new ClusterConfig.Registry(0, true, true),
                ApiServerOptions.NONE,
                SchedulerOptions.NONE,
                ControllerManagerOptions.NONE,
                dev.proa.client.clock.Clock.system(),
                1);
        try (Cluster cluster = Cluster.start(config);
                CommandSocket _ = CommandSocket.open(home, cluster.client(), Caller.self(System.getenv()))) {
            new KubeconfigEditor(List.of(home.kubeconfig())).put(home.name(), cluster.administrator(), "default", true);
            home.announce(cluster.url(), config.nodes(), config.runtime().toString(), cluster.nodePorts(), "");
            Main.run("status");
            Main.run("deploy", "--help");
            deploy(home);
            try (Client client = new Client(new HttpTransport(cluster.administrator()))) {
                rollOut(client);
                exercise(client);
            }
        }
        BuildRehearsal.run(Home.of(System.getenv()).directory());
        loadAll();
    }

    /**
     * Deploys an application that needs no build, and twice more unchanged: by the command, and as the server sees it. Only where the user's kubeconfig, which that writes, is
     * one of the directory.
     */
    private static void deploy(ClusterHome home) throws IOException {
        Path scratch = Home.of(System.getenv()).directory();
        Path kubeconfig = Path.of(System.getenv().getOrDefault("KUBECONFIG", "/"));
        if (!kubeconfig.startsWith(scratch)) {
            return;
        }
        Path app = Files.createDirectories(scratch.resolve("rehearsal"));
        Files.writeString(app.resolve("compose.yaml"), "services: {rehearsal: {image: 'web:1', expose: [80]}}\n");
        String[] deploy = {"deploy", app.toString(), "--runtime", "simulated", "--timeout", "20"};
        for (int i = 0; i < 2; i++) {
            Main.run(deploy);
        }
        Main.isAnswered(deploy);
        Main.run("history", "rehearsal");
        Main.run("diff", app.toString());
    }

    private static void rollOut(Client client) throws InterruptedException {
        var deployments = client.resource(Deployment.KIND).in("default");
        deployments.create(new Deployment(Json.decodeMap("""
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"},"spec":{"replicas":3,
             "selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},
             "spec":{"containers":[{"name":"web","image":"web:1","imagePullPolicy":"IfNotPresent"}]}}}}\
            """)));
        Instant end = Instant.now().plus(PATIENCE);
        while (deployments.get("web").status().readyReplicas() < 3) {
            if (Instant.now().isAfter(end)) {
                throw new IllegalStateException("3 simulated pods were not ready within " + PATIENCE);
            }
            Thread.sleep(20);
        }
        deployments.delete("web");
    }

    /** Sends a server's usual requests over HTTPS, often enough to collect method profiles. */
    private static void exercise(Client client) throws InterruptedException {
        var maps = client.resource(ConfigMap.KIND).in("default");
        String text = "x".repeat(1024);
        List<EventStream> watches = new ArrayList<>();
        for (int i = 0; i < WATCHES; i++) {
            watches.add(maps.watch(ListOptions.ALL));
        }
        try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < CLIENTS; i++) {
                String name = "rehearsal-" + i + "-";
                clients.submit(() -> {
                    for (int j = 0; j < WRITES; j++) {
                        maps.create(new ConfigMap(MapValue.of(
                                "metadata", MapValue.of("name", name + j), "data", MapValue.of("text", text))));
                        maps.get(name + j);
                    }
                    maps.list();
                    return null;
                });
            }
        } finally {
            watches.forEach(EventStream::close);
        }
    }

    /** Loads the project's own classes without initializing them, since a sandbox node cannot run here. */
    private static void loadAll() throws IOException {
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            if (!Path.of(entry).getFileName().toString().endsWith(".jar")) {
                continue;
            }
            try (JarFile jar = new JarFile(entry)) {
                jar.stream().map(JarEntry::getName).filter(AotTraining::wanted).forEach(AotTraining::load);
            }
        }
    }

    private static boolean wanted(String file) {
        return file.endsWith(".class")
                && LOADED.stream().anyMatch(module -> file.startsWith("dev/proa/" + module + "/"))
                && RARE.stream().noneMatch(rare -> file.startsWith("dev/proa/server/" + rare + "/"));
    }

    private static void load(String file) {
        String name = file.substring(0, file.length() - ".class".length()).replace('/', '.');
        try {
            Class.forName(name, false, AotTraining.class.getClassLoader());
        } catch (ClassNotFoundException | LinkageError e) {
            throw new IllegalStateException("Cannot load " + name, e);
        }
    }
}
