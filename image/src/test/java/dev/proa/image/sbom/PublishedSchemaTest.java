package dev.proa.image.sbom;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import dev.proa.image.Digest;
import dev.proa.image.Image;
import dev.proa.image.Reference;
import dev.proa.image.store.ImageStore;
import dev.proa.image.store.Layers;
import dev.proa.image.tar.UnpackLimits;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written fits what its readers publish: the schema of CycloneDX 1.6, and the reader of in-toto. */
@Tag("extensions")
class PublishedSchemaTest {
    private static final Reference NAME = Reference.parse("registry.example/shop/app:1");

    @TempDir
    Path directory;

    private static JsonSchema cycloneDx() {
        JsonSchemaFactory schemas = JsonSchemaFactory.getInstance(
                SpecVersion.VersionFlag.V7,
                factory -> factory.schemaMappers(
                        mappers -> mappers.mapPrefix("http://cyclonedx.org/schema/", "classpath:")));
        return schemas.getSchema(
                SchemaLocation.of("http://cyclonedx.org/schema/bom-1.6.schema.json"),
                SchemaValidatorsConfig.builder().formatAssertionsEnabled(true).build());
    }

    private byte[] sbom(byte[]... layers) {
        ImageStore store = ImageStore.open(directory.resolve("store"));
        Image image = Layers.image(store, NAME.toString(), layers);
        return CycloneDx.write(NAME, image.digest(), ImageScan.of(store, image, UnpackLimits.DEFAULT));
    }

    @Test
    void listsOfPackagesFitTheSchemaOfCycloneDx() {
        JsonSchema schema = cycloneDx();
        byte[] odd = new Layers()
                .file("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME=\"Debian \u00e9\\\"12\"\n")
                .file(
                        "var/lib/dpkg/status",
                        "Package: libc6\nArchitecture: amd64\nSource: glibc (2.36)\nVersion: 2:2.36-9+deb12u1~x\n\n"
                                + "Package: no-version\n\nPackage: a b/c?#\nVersion: \u00fc 1\n")
                .file("lib/apk/db/installed", "P:musl\nV:1.2.5-r0\nA:x86_64\nL:MIT AND (GPL-2.0 OR x)\n")
                .file(
                        "a/node_modules/@scope/x/package.json",
                        "{\"name\":\"@scope/x\",\"version\":\"1\",\"license\":{\"type\":\"MIT\"}}")
                .file("a/node_modules/y/package.json", "{\"name\":\"y\",\"version\":\"1\",\"license\":\"MIT\"}")
                .file("b/node_modules/y/package.json", "{\"name\":\"y\",\"version\":\"1\",\"license\":\"MIT\"}")
                .file("usr/lib/python3/some_Thing-1.dist-info/METADATA", "Name: some_Thing\nVersion: 1\nLicense: BSD\n")
                .file("var/lib/rpm/rpmdb.sqlite", "x")
                .file("app/broken.jar", "PK\u0003\u0004")
                .toTar();
        for (byte[] document :
                List.of(sbom(odd), sbom(new Layers().file("x", "x").toTar()), sbom())) {
            String json = new String(document, StandardCharsets.UTF_8);
            assertThat(schema.validate(json, InputFormat.JSON))
                    .extracting(ValidationMessage::getMessage)
                    .as(json)
                    .isEmpty();
        }
        assertThat(schema.validate(
                        new String(sbom(odd), StandardCharsets.UTF_8).replace("\"container\"", "\"ship\""),
                        InputFormat.JSON))
                .as("the schema is in force")
                .isNotEmpty();
    }

    @Test
    void statementsAreReadByInToto() throws Exception {
        Path program = directory.resolve("intoto");
        Process build = new ProcessBuilder("go", "build", "-o", program.toString(), ".")
                .directory(Path.of("src/test/intoto").toFile())
                .inheritIO()
                .start();
        assertThat(build.waitFor(5, TimeUnit.MINUTES)).isTrue();
        assertThat(build.exitValue()).isZero();
        Provenance provenance = new Provenance(
                "urn:proa:build:project:v1",
                Map.of("language", "go", "tests", "false"),
                List.of(
                        Provenance.Material.image(Reference.parse("debian:12"), Digest.of(new byte[] {1})),
                        new Provenance.Material(
                                "file:app",
                                Map.of("dirHash", Digest.of(new byte[] {2}).hex())),
                        new Provenance.Material("file:go.sum", Digest.of(new byte[] {3}))),
                "urn:proa:builder",
                "1",
                Instant.parse("2026-01-01T00:00:00.5Z"),
                Instant.parse("2026-01-01T00:00:09Z"));
        String statement = new String(provenance.statement(NAME, Digest.of(new byte[] {4})), StandardCharsets.UTF_8);
        assertThat(ask(program, statement)).isEmpty();
        assertThat(ask(program, statement.replace("buildType", "buildKind"))).contains("buildKind");
        assertThat(ask(program, statement.replace("in-toto.io/Statement", "in-toto.io/Other")))
                .isNotEmpty();
    }

    private String ask(Path program, String statement) throws Exception {
        Path in = Files.writeString(directory.resolve("statement.json"), statement);
        Process process = new ProcessBuilder(program.toString())
                .redirectInput(in.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor() == 0).isEqualTo(said.isEmpty());
        return said;
    }
}
