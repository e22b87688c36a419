package dev.proa.image.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.proa.image.Image;
import dev.proa.image.ImageFailure;
import dev.proa.image.store.ImageStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Folders that were made to harm whoever builds them. Their {@code mvnw} is a script that compiles, and does what Maven
 * would not.
 */
class ForeignProjectTest {
    private static final String SECRET = "a secret of this machine";
    private static final String POM = "<project><artifactId>app</artifactId>%s</project>";
    private static final String COMPILE =
            "#!/bin/sh\nset -e\nmkdir -p target/classes\n\"$JAVA_HOME/bin/javac\" -d target/classes Main.java\n";

    /** Linking a runtime takes seconds: all tests share what is cached. */
    @TempDir
    static Path shared;

    private static ImageStore store;

    @TempDir
    Path directory;

    private Path project;
    private Path outside;
    private final List<String> events = new CopyOnWriteArrayList<>();

    @BeforeAll
    static void openStore() {
        store = ImageStore.open(shared.resolve("store"));
    }

    @BeforeEach
    void writeProject() throws IOException {
        outside = Files.createDirectories(directory.resolve("outside"));
        Files.writeString(outside.resolve("secret.txt"), SECRET);
        project = Files.createDirectories(directory.resolve("app"));
        Files.writeString(project.resolve("pom.xml"), POM.formatted(""));
        Files.writeString(project.resolve("Main.java"), "class Main { static void main() {} }\n");
        mvnw("");
    }

    private void mvnw(String more) throws IOException {
        Path script = Files.writeString(project.resolve("mvnw"), COMPILE + more);
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private BuiltImage build() {
        return ProjectImageBuilder.build(
                project,
                store,
                "app",
                BuildOptions.local(shared.resolve("cache")),
                event -> events.add(event.message()));
    }

    private static void requireNoSecret(Image image) throws IOException {
        for (Image.Layer layer : image.layers()) {
            try (InputStream in = store.read(layer.descriptor().digest())) {
                assertThat(new String(in.readAllBytes(), StandardCharsets.ISO_8859_1))
                        .doesNotContain(SECRET);
            }
        }
    }

    /** What an earlier build left is deleted before Maven runs; it must be the project's own. */
    @Test
    void outputFolderThatIsALinkDeletesNothingElsewhere() throws Exception {
        Path precious = Files.createDirectories(outside.resolve("classes")).resolve("precious");
        Files.writeString(precious, "x");
        Files.createSymbolicLink(project.resolve("target"), outside);

        assertThatThrownBy(this::build).isInstanceOf(ImageFailure.class).hasMessageContaining("target");

        assertThat(precious).exists();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ln -s %s/secret.txt target/classes/leak.txt",
                "ln -s %s target/classes/leak; rm -f x",
                "mkdir -p target/proa && ln -s %s target/proa/libs"
            })
    void outputThatIsALinkBringsNothingIntoTheImage(String attack) throws Exception {
        Files.writeString(outside.resolve("lib.jar"), SECRET);
        if (attack.contains("libs")) {
            Files.writeString(
                    project.resolve("pom.xml"),
                    POM.formatted("<dependencies><dependency><artifactId>x</artifactId></dependency></dependencies>"));
        }
        mvnw(attack.formatted(outside) + "\n");

        try {
            requireNoSecret(build().image());
            assertThat(attack).as("an attack that was not refused").isEmpty();
        } catch (ImageFailure e) {
            assertThat(e).hasMessageContaining("target/").hasMessageContaining("leads out");
        }
    }

    @Test
    @Timeout(60)
    void parentOutsideOfTheFolderIsNotSource() throws Exception {
        Path elsewhere = Files.createDirectories(directory.resolve("elsewhere"));
        Files.writeString(elsewhere.resolve("pom.xml"), POM.formatted(""));
        assertThat(new ProcessBuilder("mkfifo", elsewhere.resolve("pipe").toString())
                        .start()
                        .waitFor())
                .isZero();
        Files.writeString(elsewhere.resolve("changes"), "1");
        Files.writeString(
                project.resolve("pom.xml"),
                POM.formatted("<parent><relativePath>../elsewhere/pom.xml</relativePath></parent>"));

        build();
        Files.writeString(elsewhere.resolve("changes"), "2");

        assertThat(build().unchanged()).isTrue();
    }

    @Test
    void wrapperInAFolderForEverybodyIsNotRun() throws Exception {
        Path everybody = Files.createDirectory(directory.resolve("everybody"));
        Files.setPosixFilePermissions(everybody, PosixFilePermissions.fromString("rwxrwxrwx"));
        Files.move(project.resolve("mvnw"), everybody.resolve("mvnw"));
        Files.writeString(everybody.resolve("mvnw"), "#!/bin/sh\ntouch " + outside + "/ran\nexit 1\n");
        Path moved = Files.move(project, everybody.resolve("app"));
        project = moved;

        assertThatThrownBy(this::build).isInstanceOf(ImageFailure.class);
        assertThat(outside.resolve("ran")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"secret", "0", "65536", "-1", "99999999999999999999", "80/tcp"})
    void portThatIsNoneIsRefused(String port) throws Exception {
        Files.writeString(
                project.resolve("pom.xml"),
                POM.formatted("<properties><proa.port>" + port + "</proa.port></properties>"));

        assertThatThrownBy(this::build).isInstanceOf(ImageFailure.class).hasMessageContaining("proa.port");
    }

    @Test
    void pomThatIsALinkOutIsRefused() throws Exception {
        Files.delete(project.resolve("pom.xml"));
        Files.writeString(outside.resolve("pom.xml"), POM.formatted(""));
        Files.createSymbolicLink(project.resolve("pom.xml"), outside.resolve("pom.xml"));

        assertThatThrownBy(this::build).hasMessageContaining("pom.xml").hasMessageContaining("leads out");
    }

    @Test
    @Timeout(60)
    void filesOfASiteThatLeadOutAreRefused() throws Exception {
        project = Files.createDirectories(directory.resolve("site"));
        Files.writeString(project.resolve("index.html"), "<p>");
        Files.createSymbolicLink(project.resolve("also.html"), Path.of("index.html"));
        BuiltImage good = build();
        requireNoSecret(good.image());

        Path link = Files.createSymbolicLink(project.resolve("leak.html"), outside.resolve("secret.txt"));
        assertThatThrownBy(this::build).hasMessageContaining("leak.html").hasMessageContaining("leads out");
        Files.delete(link);

        assertThat(new ProcessBuilder("mkfifo", project.resolve("pipe").toString())
                        .start()
                        .waitFor())
                .isZero();
        assertThatThrownBy(this::build).hasMessageContaining("pipe");
    }

    /** A build of a folder of an ordinary user runs as that user, who owns nothing of root's, and cannot type for root. */
    @Test
    void buildRunsAsTheOwnerOfTheFolder() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "only root can take another user");
        assumeTrue(readable(Path.of(System.getProperty("java.home"))), "the JDK is for root alone");
        mvnw("id -u > target/uid; id -G > target/groups; ps -o sid= $$ > target/session; env > target/env\n"
                + "cat " + outside + "/secret.txt > target/secret || true\n"
                + "grep NoNewPrivs /proc/self/status > target/privileges\n");
        Files.setPosixFilePermissions(outside, PosixFilePermissions.fromString("rwx------"));
        open(directory);
        Files.createDirectories(project.resolve("target/old")); // of root, as builds of an older Proa left it
        give(project, 54321);
        Files.setAttribute(project.resolve("target"), "unix:uid", 0);

        build();

        assertThat(project.resolve("target/uid")).hasContent("54321");
        assertThat(project.resolve("target/groups")).hasContent("54321");
        assertThat(Files.readString(project.resolve("target/secret"))).isEmpty();
        assertThat(Files.readString(project.resolve("target/privileges"))).contains("1");
        assertThat(Files.readString(project.resolve("target/session")).strip()).isNotEqualTo(session());
        assertThat(Files.readString(project.resolve("target/env")))
                .contains("JAVA_HOME=")
                .contains("HOME=" + project)
                .doesNotContain("SUDO_")
                .doesNotContain("HOME=" + System.getProperty("user.home") + "\n");
        assertThat(events).anyMatch(event -> event.contains("building with Maven as user 54321"));
    }

    private static String session() throws IOException, InterruptedException {
        Process ps = new ProcessBuilder(
                        "ps",
                        "-o",
                        "sid=",
                        String.valueOf(ProcessHandle.current().pid()))
                .start();
        String sid = new String(ps.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertThat(ps.waitFor(Duration.ofSeconds(10))).isTrue();
        return sid;
    }

    private static boolean readable(Path path) throws IOException {
        for (Path at = path.toRealPath(); at != null; at = at.getParent()) {
            if (((int) Files.getAttribute(at, "unix:mode") & 1) == 0) {
                return false;
            }
        }
        return true;
    }

    private static void open(Path directory) throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static void give(Path tree, int uid) throws IOException {
        try (Stream<Path> all = Files.walk(tree)) {
            for (Path path : (Iterable<Path>) all::iterator) {
                Files.setAttribute(path, "unix:uid", uid, LinkOption.NOFOLLOW_LINKS);
                Files.setAttribute(path, "unix:gid", uid, LinkOption.NOFOLLOW_LINKS);
            }
        }
    }
}
