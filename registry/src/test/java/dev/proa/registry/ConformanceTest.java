package dev.proa.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The conformance suite of the OCI distribution specification, downloaded and compiled: that of version 1.1, and the one that has followed it. */
@Tag("extensions")
class ConformanceTest {
    @TempDir
    Path directory;

    @Test
    void passesAllFourGroupsOfVersion11() throws Exception {
        Path suite = compile("2023");
        try (TestRegistry registry = new TestRegistry(directory.resolve("store"))) {
            for (String manifestsFirst : List.of("0", "1")) {
                Program.Run run = Program.run(
                        Map.of(
                                "OCI_ROOT_URL", "http://" + registry.authority(),
                                "OCI_NAMESPACE", "conformance/one",
                                "OCI_CROSSMOUNT_NAMESPACE", "conformance/two",
                                "OCI_AUTOMATIC_CROSSMOUNT", "1",
                                "OCI_TEST_PULL", "1",
                                "OCI_TEST_PUSH", "1",
                                "OCI_TEST_CONTENT_DISCOVERY", "1",
                                "OCI_TEST_CONTENT_MANAGEMENT", "1",
                                "OCI_DELETE_MANIFEST_BEFORE_BLOBS", manifestsFirst,
                                "OCI_REPORT_DIR", "none"),
                        suite.toString());
                assertThat(run.exit()).as(run.output()).isZero();
                // Four of its 79 are about registries that are only read, or have another setting.
                assertThat(run.output()).contains("75 Passed", "0 Failed", "4 Skipped");
            }
        }
    }

    @Test
    void passesEverythingThatTheSuiteOfTodayKnows() throws Exception {
        Path suite = compile("2026");
        Path results = Files.createDirectory(directory.resolve("results"));
        try (TestRegistry registry = new TestRegistry(directory.resolve("store"))) {
            Map<String, String> settings = new TreeMap<>(Map.of(
                    "OCI_REGISTRY", registry.authority(),
                    "OCI_TLS", "disabled",
                    "OCI_VERSION", "1.1",
                    "OCI_RESULTS_DIR", results.toString(),
                    "OCI_API_BLOBS_UPLOAD_CANCEL", "true",
                    "OCI_API_BLOBS_DIGEST_HEADER", "true",
                    "OCI_API_MANIFESTS_DIGEST_HEADER", "true",
                    "OCI_API_MANIFESTS_TAG_PARAM", "true"));
            Program.Run run = Program.run(settings, suite.toString(), "-test.v");
            assertThat(run.exit()).as(run.output()).isZero();
            assertThat(run.output())
                    .contains("OCI Conformance Result: Pass")
                    .containsPattern("FAIL\\.+: +0\n")
                    .containsPattern("Error\\.+: +0\n")
                    .containsPattern("Skip\\.+: +0\n");
        }
    }

    private Path compile(String version) throws Exception {
        Path program = directory.resolve("conformance.test");
        Program.Run run = Program.run(
                Map.of("GOFLAGS", "-mod=mod"),
                "go",
                "-C",
                copy(version).toString(),
                "test",
                "-c",
                "-o",
                program.toString(),
                "github.com/opencontainers/distribution-spec/conformance");
        assertThat(run.exit()).as(run.output()).isZero();
        return program;
    }

    /** The Go module with that version of the suite, where it may be written to. */
    private Path copy(String version) throws Exception {
        Path copy = Files.createDirectory(directory.resolve("module"));
        for (String file : List.of("go.mod", "go.sum")) {
            Files.copy(Path.of("src", "test", "conformance", version, file), copy.resolve(file));
        }
        return copy;
    }
}
