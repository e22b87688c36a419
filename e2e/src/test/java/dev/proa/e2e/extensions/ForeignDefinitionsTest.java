package dev.proa.e2e.extensions;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Json;
import dev.proa.api.value.MapValue;
import dev.proa.e2e.Await;
import dev.proa.e2e.Run;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** kubectl with the definitions of well-known operators, unmodified, and with objects of their kinds. */
@Tag("extensions")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ForeignDefinitionsTest {
    @TempDir
    static Path home;

    private LoopbackServer server;
    private final Set<ForeignDefinitions> installed = EnumSet.noneOf(ForeignDefinitions.class);

    @BeforeAll
    void start() throws IOException {
        server = LoopbackServer.start(home);
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @EnumSource
    void areAcceptedAndServed(ForeignDefinitions foreign) throws IOException {
        install(foreign);
        for (MapValue definition : foreign.definitions()) {
            for (String version : served(definition)) {
                server.kubectl("get", resource(definition, version), "-A").ok();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void areExplained(ForeignDefinitions foreign) throws IOException {
        install(foreign);
        for (MapValue definition : foreign.definitions()) {
            MapValue spec = definition.map("spec");
            for (Object each : spec.list("versions")) {
                MapValue version = (MapValue) each;
                if (version.bool("served")) {
                    String explained = server.kubectl(
                                    "explain",
                                    spec.map("names").string("plural"),
                                    "--recursive",
                                    "--api-version",
                                    spec.string("group") + "/" + version.string("name"))
                            .ok()
                            .out();
                    MapValue properties =
                            version.map("schema").map("openAPIV3Schema").map("properties");
                    assertThat(explained)
                            .contains("KIND:       " + spec.map("names").string("kind"))
                            .contains("FIELDS:");
                    assertThat(explained.lines().filter(line -> line.matches("  \\S.*")))
                            .extracting(line -> line.strip().split("\t")[0])
                            .containsAll(properties.asMap().keySet());
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void objectsAreAppliedOnTheServersSide(ForeignDefinitions foreign) throws IOException {
        String file = apply(foreign);
        String own =
                file(foreign.name() + "-own", own(foreign)); // an empty Namespace has a manager only the second time
        String before = versions(own);
        server.kubectl("apply", "--server-side", "-f", file).ok();
        assertThat(versions(own)).as("what was applied again").isEqualTo(before);
        server.kubectl("diff", "--server-side", "-f", file).ok();
        assertThat(server.kubectl(
                                "label",
                                "-f",
                                file(foreign.name() + "-own", own(foreign)),
                                "of=another",
                                "--field-manager=another")
                        .ok()
                        .out())
                .contains("labeled");
        MapValue labelled = own(foreign).getFirst();
        String change = text(labelled.withMap("metadata", meta -> meta.with("labels", MapValue.of("of", "kubectl"))));
        assertThat(server.kubectlWithInput(change, "apply", "--server-side", "-f", "-")
                        .exits(1)
                        .err())
                .contains("conflict with \"another\"", ".metadata.labels.of");
        server.kubectlWithInput(change, "apply", "--server-side", "--force-conflicts", "-f", "-")
                .ok();
    }

    @ParameterizedTest
    @EnumSource
    void objectsAreAppliedByThreeWayMerge(ForeignDefinitions foreign) throws IOException {
        apply(foreign);
        MapValue copy = own(foreign)
                .getFirst()
                .withMap(
                        "metadata",
                        metadata -> metadata.with("name", "merged")
                                .with("labels", MapValue.of("first", "1", "second", "2")));
        server.kubectlWithInput(text(copy), "apply", "-f", "-").ok();
        MapValue changed =
                copy.withMap("metadata", metadata -> metadata.with("labels", MapValue.of("second", "3", "third", "4")));
        assertThat(server.kubectlWithInput(text(changed), "apply", "-f", "-")
                        .ok()
                        .out())
                .contains("configured");
        MapValue stored = stored(foreign, copy);
        assertThat(stored.map("metadata").map("labels")).isEqualTo(MapValue.of("second", "3", "third", "4"));
        server.kubectlWithInput(text(changed), "apply", "-f", "-").ok();
        assertThat(stored(foreign, copy)).as("what was applied again").isEqualTo(stored);
        server.kubectlWithInput(text(copy), "delete", "-f", "-").ok();
    }

    @ParameterizedTest
    @EnumSource
    void objectsArePatchedAndWatched(ForeignDefinitions foreign) throws IOException, InterruptedException {
        apply(foreign);
        MapValue object = own(foreign).getFirst();
        String resource = resourceOf(foreign, object);
        List<String> name = List.of(
                resource,
                object.map("metadata").string("name"),
                "-n",
                object.map("metadata").string("namespace"));
        Path out = home.resolve("watched-" + foreign.name());
        Process watch = server.startKubectl(
                out, "get", resource, "-A", "--watch", "-o", "jsonpath={.metadata.annotations.patched}{\"\\n\"}");
        try {
            for (String type : List.of("merge", "json")) {
                String patch = type.equals("json")
                        ? "[{\"op\": \"test\", \"path\": \"/metadata/annotations/patched\", \"value\": \"by-merge\"},"
                                + " {\"op\": \"replace\", \"path\": \"/metadata/annotations/patched\", \"value\": \"by-json\"}]"
                        : "{\"metadata\": {\"annotations\": {\"patched\": \"by-merge\"}}}";
                List<String> command = new ArrayList<>(List.of("patch", "--type", type, "-p", patch));
                command.addAll(name);
                server.kubectl(command.toArray(String[]::new)).ok();
                Await.until("the watch tells it", () -> Files.readString(out), said -> said.contains("by-" + type));
            }
        } finally {
            watch.destroy();
            watch.waitFor();
        }
    }

    @ParameterizedTest
    @EnumSource
    void objectsAreServedInEachVersion(ForeignDefinitions foreign) throws IOException {
        apply(foreign);
        for (MapValue definition : foreign.definitions()) {
            for (String version : served(definition)) {
                MapValue list = Json.decodeMap(server.kubectl("get", resource(definition, version), "-A", "-o", "json")
                        .ok()
                        .out());
                assertThat(list.list("items"))
                        .allSatisfy(item -> assertThat(((MapValue) item).string("apiVersion"))
                                .isEqualTo(definition.map("spec").string("group") + "/" + version));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void unknownFieldsAreRefused(ForeignDefinitions foreign) throws IOException {
        apply(foreign);
        MapValue wrong = own(foreign)
                .getFirst()
                .withMap("metadata", metadata -> metadata.with("name", "wrong"))
                .withMap("spec", spec -> spec.with("misspelt", 1L));
        assertThat(server.kubectlWithInput(text(wrong), "create", "-f", "-")
                        .exits(1)
                        .err())
                .contains("unknown field \"spec.misspelt\"");
        assertThat(server.kubectlWithInput(text(wrong), "apply", "--server-side", "-f", "-")
                        .exits(1)
                        .err())
                .contains(".spec.misspelt: field not declared in schema");
    }

    /** Creates the definitions, once. */
    private void install(ForeignDefinitions foreign) throws IOException {
        if (installed.add(foreign)) {
            List<String> create = new ArrayList<>(List.of("create"));
            List<String> await =
                    new ArrayList<>(List.of("wait", "--for", "condition=Established", "--timeout=60s", "crd"));
            foreign.definitionFiles().forEach(file -> create.addAll(List.of("-f", file.toString())));
            foreign.definitions()
                    .forEach(definition -> await.add(definition.map("metadata").string("name")));
            server.kubectl(create.toArray(String[]::new)).ok();
            server.kubectl(await.toArray(String[]::new)).ok();
            for (MapValue object : foreign.objects()) {
                String namespace = object.map("metadata").string("namespace");
                if (!namespace.isEmpty()
                        && server.kubectl("get", "namespace", namespace).exit() != 0) {
                    server.kubectl("create", "namespace", namespace).ok();
                }
            }
        }
    }

    /** Applies all objects, and returns the file that has them. */
    private String apply(ForeignDefinitions foreign) throws IOException {
        install(foreign);
        String file = file(foreign.name() + "-all", foreign.objects().stream().toList());
        Run run = server.kubectl("apply", "--server-side", "--force-conflicts", "-f", file)
                .ok();
        assertThat(run.out().lines())
                .hasSize(foreign.objects().size())
                .allSatisfy(line -> assertThat(line).endsWith("serverside-applied"));
        return file;
    }

    /** The objects of the namespaced kinds that the project defines. */
    private static List<MapValue> own(ForeignDefinitions foreign) {
        Set<String> kinds = foreign.definitions().stream()
                .map(definition -> definition.map("spec"))
                .filter(spec -> spec.string("scope").equals("Namespaced"))
                .map(spec -> spec.string("group") + "/" + spec.map("names").string("kind"))
                .collect(Collectors.toCollection(TreeSet::new));
        return foreign.objects().stream()
                .filter(object ->
                        kinds.contains(object.string("apiVersion").replaceFirst("/.*", "/") + object.string("kind")))
                .map(object -> object.map("metadata").has("namespace")
                        ? object
                        : object.withMap("metadata", metadata -> metadata.with("namespace", "default")))
                .toList();
    }

    private String file(String name, List<MapValue> objects) throws IOException {
        String all = objects.stream().map(ForeignDefinitionsTest::text).collect(Collectors.joining("\n---\n"));
        return Files.writeString(home.resolve(name + ".yaml"), all).toString();
    }

    private static String text(MapValue object) {
        return new String(Json.encode(object), StandardCharsets.UTF_8);
    }

    private String versions(String file) throws IOException {
        return server.kubectl("get", "-f", file, "-o", "jsonpath={.items[*].metadata.resourceVersion}")
                .ok()
                .out();
    }

    private MapValue stored(ForeignDefinitions foreign, MapValue object) throws IOException {
        MapValue metadata = object.map("metadata");
        return Json.decodeMap(server.kubectl(
                        "get",
                        resourceOf(foreign, object),
                        metadata.string("name"),
                        "-n",
                        metadata.string("namespace"),
                        "-o",
                        "json")
                .ok()
                .out());
    }

    private static List<String> served(MapValue definition) {
        return definition.map("spec").list("versions").stream()
                .map(MapValue.class::cast)
                .filter(version -> version.bool("served"))
                .map(version -> version.string("name"))
                .toList();
    }

    private static String resource(MapValue definition, String version) {
        MapValue spec = definition.map("spec");
        return spec.map("names").string("plural") + "." + version + "." + spec.string("group");
    }

    private static String resourceOf(ForeignDefinitions foreign, MapValue object) {
        return foreign.definitions().stream()
                .filter(definition ->
                        definition.map("spec").map("names").string("kind").equals(object.string("kind")))
                .map(definition ->
                        resource(definition, object.string("apiVersion").replaceFirst(".*/", "")))
                .findFirst()
                .orElseThrow();
    }
}
