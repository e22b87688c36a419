package dev.proa.image.sbom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import dev.proa.image.Descriptor;
import dev.proa.image.Digest;
import dev.proa.image.Image;
import dev.proa.image.JsonDocument;
import dev.proa.image.Reference;
import dev.proa.image.store.ImageStore;
import dev.proa.image.store.Layers;
import dev.proa.image.tar.UnpackLimits;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageScanTest {
    private static final Reference NAME = Reference.parse("registry.example/shop/app:1");

    @TempDir
    Path directory;

    private ImageStore store;

    @BeforeEach
    void open() {
        store = ImageStore.open(directory.resolve("store"));
    }

    private ImageScan scan(byte[]... layers) {
        ImageScan scan = ImageScan.of(store, Layers.image(store, NAME.toString(), layers), UnpackLimits.DEFAULT);
        assertThat(store.scratch()).isEmptyDirectory();
        return scan;
    }

    private List<String> purls(byte[]... layers) {
        return scan(layers).components().keySet().stream().map(Component::purl).toList();
    }

    private static byte[] jar(Map<String, byte[]> files) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                zip.putNextEntry(new ZipEntry(file.getKey()));
                zip.write(file.getValue());
            }
        }
        return bytes.toByteArray();
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] pom(String group, String artifact, String version) {
        return text("#Created\nversion=" + version + "\ngroupId=" + group + "\nartifactId=" + artifact + "\n");
    }

    @Test
    void readsPackagesOfDistributions() {
        byte[] debian = new Layers()
                .file("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME=\"Debian 12\"\n")
                .file(
                        "var/lib/dpkg/status",
                        "Package: libc6\nStatus: install ok installed\nArchitecture: amd64\nSource: glibc (2.36)\n"
                                + "Version: 2.36-9+deb12u1\nDescription: C library\n more: words\n\n"
                                + "Package: gone\nStatus: deinstall ok config-files\nVersion: 1\n")
                .file("var/lib/dpkg/status.d/base", "Package: base-files\nVersion: 1:12\nArchitecture: all\n")
                .toTar();
        assertThat(purls(debian))
                .containsExactly(
                        "pkg:deb/debian/base-files@1%3A12?arch=all&distro=debian-12",
                        "pkg:deb/debian/libc6@2.36-9%2Bdeb12u1?arch=amd64&distro=debian-12&upstream=glibc");

        byte[] alpine = new Layers()
                .file("usr/lib/os-release", "ID=alpine\nVERSION_ID=3.20.1\n")
                .file("lib/apk/db/installed", "C:Q1=\nP:musl\nV:1.2.5-r0\nA:x86_64\nL:MIT\nF:lib\n\nP:busybox\nV:1\n")
                .toTar();
        assertThat(scan(alpine).components().keySet())
                .extracting(Component::purl, Component::license)
                .contains(tuple("pkg:apk/alpine/musl@1.2.5-r0?arch=x86_64&distro=alpine-3.20.1", "MIT"));
        assertThat(scan(new Layers().file("var/lib/rpm/rpmdb.sqlite", "x").toTar())
                        .unread())
                .containsExactly("/var/lib/rpm/rpmdb.sqlite");
    }

    @Test
    void readsLibrariesOfJavaWhereverTheyAre() throws IOException {
        byte[] library = jar(Map.of("META-INF/maven/org.lib/lib/pom.properties", pom("org.lib", "lib", "1.2")));
        byte[] unnamed = jar(
                Map.of("META-INF/MANIFEST.MF", text("Manifest-Version: 1.0\nImplementation-Vendor-Id: com.old\n\n")));
        Map<String, byte[]> boot = new LinkedHashMap<>();
        boot.put("META-INF/maven/shop/app/pom.properties", pom("shop", "app", "1"));
        boot.put("BOOT-INF/lib/lib-1.2.jar", library);
        boot.put("BOOT-INF/lib/old-thing-3.0.1.jar", unnamed);
        byte[] layer = new Layers()
                .raw("app/app.jar", jar(boot))
                .raw("app/lib/lib-1.2.jar", library)
                .raw("app/broken.jar", Arrays.copyOf(library, 80))
                .toTar();

        ImageScan scan = scan(layer);
        assertThat(scan.components().keySet())
                .extracting(Component::purl)
                .containsExactly(
                        "pkg:maven/com.old/old-thing@3.0.1", "pkg:maven/org.lib/lib@1.2", "pkg:maven/shop/app@1");
        assertThat(scan.components().get(new Component("maven", "org.lib", "lib", "1.2")))
                .containsExactly("/app/app.jar", "/app/lib/lib-1.2.jar");
        assertThat(scan.unread()).containsExactly("/app/broken.jar");
    }

    @Test
    void readsPackagesOfNodeAndPython() {
        byte[] layer = new Layers()
                .file("srv/package.json", "{\"name\":\"own\",\"version\":\"1\"}")
                .file("srv/node_modules/@scope/x/package.json", "{\"name\":\"@scope/x\",\"version\":\"2.0.0\"}")
                .file(
                        "srv/node_modules/y/package.json",
                        "{\"name\":\"y\",\"version\":\"1\",\"license\":{\"type\":\"MIT\"}}")
                .file("srv/node_modules/y/lib/package.json", "{\"type\":\"module\"}")
                .file("srv/node_modules/bad/package.json", "{")
                .file(
                        "usr/lib/python3/dist-packages/Flask_Login-0.6.dist-info/METADATA",
                        "Metadata-Version: 2.1\nName: Flask_Login\nVersion: 0.6\nLicense: MIT\n\nName: in the text\n")
                .toTar();

        ImageScan scan = scan(layer);
        assertThat(scan.components().keySet())
                .extracting(Component::purl)
                .containsExactly("pkg:npm/%40scope/x@2.0.0", "pkg:npm/y@1", "pkg:pypi/flask-login@0.6");
        assertThat(scan.unread()).containsExactly("/srv/node_modules/bad/package.json");
    }

    /** A 64-bit ELF file with one section. */
    private static byte[] elf(String section, byte[] content) {
        byte[] names = text("\0" + section + "\0");
        int contentAt = 64 + names.length;
        int tableAt = contentAt + content.length;
        ByteBuffer file = ByteBuffer.allocate(tableAt + 3 * 64).order(ByteOrder.LITTLE_ENDIAN);
        file.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1});
        file.putLong(40, tableAt);
        file.putShort(58, (short) 64).putShort(60, (short) 3).putShort(62, (short) 1);
        file.position(64);
        file.put(names).put(content);
        file.putLong(tableAt + 64 + 24, 64).putLong(tableAt + 64 + 32, names.length);
        file.putInt(tableAt + 128, 1);
        file.putLong(tableAt + 128 + 24, contentAt).putLong(tableAt + 128 + 32, content.length);
        return file.array();
    }

    private static byte[] goBuildInfo(String version, String modules) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write("\u00ff Go buildinf:".getBytes(StandardCharsets.ISO_8859_1));
        out.write(8);
        out.write(2);
        out.write(new byte[16]);
        out.write(version.length());
        out.write(text(version));
        String enclosed = "0".repeat(16) + modules + "1".repeat(16);
        out.write(enclosed.length() & 0x7f | 0x80);
        out.write(enclosed.length() >> 7);
        out.write(text(enclosed));
        return out.toByteArray();
    }

    @Test
    void readsModulesOfPrograms() throws IOException {
        byte[] go = goBuildInfo(
                "go1.22.3",
                "path\texample.com/web\nmod\texample.com/web\t(devel)\t\n"
                        + "dep\tgithub.com/gin-gonic/gin\tv1.10.0\th1:x=\n"
                        + "dep\tgolang.org/x/net\tv0.1.0\n=>\texample.com/fork/net\tv0.2.0\th1:y=\nbuild\t-compiler=gc\n");
        assertThat(BinaryCataloger.goModules(go))
                .extracting(Component::purl)
                .containsExactly(
                        "pkg:golang/stdlib@1.22.3",
                        "pkg:golang/example.com/web",
                        "pkg:golang/github.com/gin-gonic/gin@v1.10.0",
                        "pkg:golang/example.com/fork/net@v0.2.0");

        ByteArrayOutputStream crates = new ByteArrayOutputStream();
        try (DeflaterOutputStream out = new DeflaterOutputStream(crates)) {
            out.write(text("{\"packages\":[{\"name\":\"serde\",\"version\":\"1.0.1\",\"source\":\"crates.io\"},"
                    + "{\"name\":\"cc\",\"version\":\"1.0\",\"kind\":\"build\"}]}"));
        }
        byte[] layer = new Layers()
                .entry("bin/rust", TarArchiveEntry.LF_NORMAL, elf(".dep-v0", crates.toByteArray()))
                .toTar();
        // The mode of such an entry is 0644, so it is taken for a library.
        assertThat(purls(layer)).isEmpty();
        assertThat(new BinaryCataloger(store.scratch())
                        .read("bin/rust", new ByteArrayInputStream(elf(".dep-v0", crates.toByteArray()))))
                .extracting(Component::purl)
                .containsExactly("pkg:cargo/serde@1.0.1");
        assertThat(new BinaryCataloger(store.scratch())
                        .read("bin/web", new ByteArrayInputStream(elf(".go.buildinfo", go))))
                .hasSize(4);
        assertThat(new BinaryCataloger(store.scratch()).read("bin/sh", new ByteArrayInputStream(text("#!/bin/sh"))))
                .isEmpty();
        assertThat(store.scratch()).isEmptyDirectory();
    }

    @Test
    void survivesProgramsThatLie() throws IOException {
        byte[] good = elf(".go.buildinfo", goBuildInfo("go1.22", "dep\ta\tv1\n"));
        Random random = new Random(7);
        for (int i = 0; i < 300; i++) {
            byte[] bad = good.clone();
            for (int j = 0; j < 3; j++) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt();
            }
            new BinaryCataloger(store.scratch()).read("x", new ByteArrayInputStream(bad));
        }
        assertThat(store.scratch()).isEmptyDirectory();
    }

    @Test
    void seesWhatAContainerSees() {
        byte[] below = new Layers()
                .file("a/node_modules/gone/package.json", "{\"name\":\"gone\",\"version\":\"1\"}")
                .file("a/node_modules/kept/package.json", "{\"name\":\"kept\",\"version\":\"1\"}")
                .file("b/node_modules/hidden/package.json", "{\"name\":\"hidden\",\"version\":\"1\"}")
                .file("c/node_modules/under/package.json", "{\"name\":\"under\",\"version\":\"1\"}")
                .file("d/node_modules/new/package.json", "{\"name\":\"new\",\"version\":\"1\"}")
                .toTar();
        byte[] above = new Layers()
                .file("b/node_modules/own/package.json", "{\"name\":\"own\",\"version\":\"1\"}")
                .file("a/node_modules/.wh.gone", "")
                .file("b/.wh..wh..opq", "")
                .file("c", "now a file")
                .file("d/node_modules/new/package.json", "{\"name\":\"new\",\"version\":\"2\"}")
                .toTar();

        assertThat(purls(below, above)).containsExactly("pkg:npm/kept@1", "pkg:npm/new@2", "pkg:npm/own@1");
    }

    @Test
    void writesADocumentThatStaysWithTheImage() {
        byte[] layer = new Layers()
                .file("etc/os-release", "ID=debian\nVERSION_ID=12\n")
                .file("var/lib/dpkg/status", "Package: libc6\nVersion: 1\nArchitecture: amd64\n")
                .toTar();
        Image image = Layers.image(store, NAME.toString(), layer);
        ImageScan scan = ImageScan.of(store, image, UnpackLimits.DEFAULT);
        byte[] bom = CycloneDx.write(NAME, image.digest(), scan);

        assertThat(CycloneDx.write(NAME, image.digest(), scan)).isEqualTo(bom);
        JsonDocument json = JsonDocument.parse(bom, "bom");
        assertThat(json.string("specVersion")).isEqualTo("1.6");
        assertThat(json.objects("components"))
                .extracting(component -> component.string("bom-ref"))
                .containsExactly("os:debian@12", "pkg:deb/debian/libc6@1?arch=amd64&distro=debian-12");
        Descriptor artifact = Attachment.sbom(bom).attach(store, image.descriptor(), NAME);
        assertThat(Attachment.sbom(bom).attach(store, image.descriptor(), NAME)).isEqualTo(artifact);
        assertThat(store.manifest(artifact.digest()).artifactType()).isEqualTo(CycloneDx.MEDIA_TYPE);
        store.collectGarbage(Duration.ofSeconds(-60));
        assertThat(store.contains(artifact.digest())).isTrue();
        store.remove(NAME.toString());
        store.collectGarbage(Duration.ofSeconds(-60));
        assertThat(store.contains(artifact.digest())).isFalse();
    }

    @Test
    void saysHowAnImageWasBuilt() {
        Digest base = Digest.of(new byte[] {1});
        Provenance provenance = new Provenance(
                "https://example.org/build/v1",
                Map.of("target", "web"),
                List.of(Provenance.Material.image(Reference.parse("debian:12"), base)),
                "https://example.org/builder",
                "",
                Instant.parse("2026-01-01T00:00:00.5Z"),
                null);
        Digest digest = Digest.of(new byte[] {2});

        JsonDocument statement = JsonDocument.parse(provenance.statement(NAME, digest), "statement");
        assertThat(statement.string("_type")).isEqualTo("https://in-toto.io/Statement/v1");
        assertThat(statement.objects("subject").getFirst().stringMap("digest")).containsEntry("sha256", digest.hex());
        JsonDocument definition = statement.requiredObject("predicate").requiredObject("buildDefinition");
        assertThat(definition.objects("resolvedDependencies").getFirst().string("uri"))
                .isEqualTo("pkg:docker/library/debian@sha256%3A" + base.hex() + "?repository_url=docker.io");
        assertThat(statement
                        .requiredObject("predicate")
                        .requiredObject("runDetails")
                        .requiredObject("metadata")
                        .string("startedOn"))
                .isEqualTo("2026-01-01T00:00:00Z");
    }
}
