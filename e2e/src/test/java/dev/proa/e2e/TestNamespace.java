package dev.proa.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * A namespace of a cluster for the pods of one test class, each of which writes down what it finds as lines of
 * {@code name=value}, and a directory of the machine for their volumes. Closing it deletes the pods and the directory.
 */
final class TestNamespace implements AutoCloseable {
    private final TestCluster cluster;
    private final String name;
    private final Path hostDirectory;

    TestNamespace(TestCluster cluster, String name) throws IOException {
        this.cluster = cluster;
        this.name = cluster.newNamespace(name);
        this.hostDirectory = Files.createTempDirectory("proa-e2e-host");
    }

    /** The directory that {@code HOST} stands for in manifests. */
    Path hostDirectory() {
        return hostDirectory;
    }

    /** Runs kubectl in the namespace; it has to succeed. */
    Run kubectl(String... arguments) {
        return run(arguments).ok();
    }

    /** Runs kubectl in the namespace, whatever becomes of it. */
    Run run(String... arguments) {
        return cluster.kubectl(Arguments.in(name, arguments));
    }

    void apply(String manifest) {
        String placed = manifest.replace("HOST/", hostDirectory + "/").replace("path: HOST", "path: " + hostDirectory);
        cluster.kubectlWithInput(placed, "apply", "-n", name, "-f", "-").ok();
    }

    String field(String object, String path) {
        return kubectl("get", object, "-o", "jsonpath={" + path + "}").text();
    }

    void awaitField(String object, String path, String expected) {
        Await.until(object + " has " + path + " " + expected, () -> field(object, path), expected::equals);
    }

    /** What a container has written, once it wrote a last line {@code end=}. */
    Map<String, String> facts(String pod, String container) {
        String log = Await.until(
                pod + " has written everything",
                () -> run("logs", pod, "-c", container).out(),
                text -> text.contains("end="));
        Map<String, String> facts = new HashMap<>();
        log.lines().filter(line -> line.contains("=")).forEach(line -> {
            String[] parts = line.split("=", 2);
            facts.merge(parts[0], parts[1], (a, b) -> a + "\n" + b);
        });
        return facts;
    }

    String exec(String pod, String script) {
        return kubectl("exec", pod, "--", "sh", "-c", script).text();
    }

    @Override
    public void close() throws IOException {
        run("delete", "pods", "--all", "--grace-period=1", "--timeout=60s");
        Directories.delete(hostDirectory);
    }
}
