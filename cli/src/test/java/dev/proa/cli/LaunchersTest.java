package dev.proa.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How {@code ./proa} and {@code ./mvnw} get what they need on a machine that may have next to nothing. */
class LaunchersTest {
    private static final Path PROJECT = Path.of("").toAbsolutePath().getParent();
    private static final Path JDK = Path.of(System.getProperty("java.home"));

    @TempDir
    Path directory;

    private record Result(int exit, String out, String err) {}

    private Result run(Map<String, String> environment, String... command) throws Exception {
        Path out = directory.resolve("out");
        Path err = directory.resolve("err");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        Map<String, String> own = builder.environment();
        own.clear();
        own.put("PATH", "/usr/bin:/bin");
        own.putAll(environment);
        Process process = builder.start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    private Path jdk(String name, String version) throws IOException {
        Path home = directory.resolve(name);
        executable(home.resolve("bin/javac"), "#!/bin/sh\n");
        Files.writeString(home.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
        return home;
    }

    private static void executable(Path file, String content) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    private Result findJdk(Map<String, String> environment) throws Exception {
        return run(environment, "sh", "-euc", ". " + PROJECT + "/.mvn/find-jdk.sh; echo \"$JAVA_HOME\"");
    }

    @Test
    void takesTheJdkOfJavaHome() throws Exception {
        Path home = jdk("jdk-26", "26.0.1");
        assertThat(findJdk(Map.of("JAVA_HOME", home.toString())).out).isEqualTo(home + "\n");
    }

    @Test
    void passesOverOlderOnesAndOnesWithoutCompiler() throws Exception {
        Path old = jdk("jdk-17", "17.0.12");
        Path runtime = Files.createDirectories(directory.resolve("runtime"));
        Path good = jdk("home/.jdks/a jdk", "25");
        Map<String, String> environment = new HashMap<>(
                Map.of("HOME", directory.resolve("home").toString(), "PATH", old.resolve("bin") + ":/usr/bin:/bin"));
        for (Path javaHome : List.of(old, runtime, directory.resolve("missing"))) {
            environment.put("JAVA_HOME", javaHome.toString());
            Result result = findJdk(environment);
            assertThat(result.exit).as(result.err).isZero();
            // This machine's own install folders come first.
            assertThat(result.out.strip())
                    .satisfiesAnyOf(
                            found -> assertThat(found).isEqualTo(good.toString()),
                            found -> assertThat(found).startsWith("/").doesNotStartWith(directory.toString()));
        }
    }

    /** Java takes the encoding of file names from the locale, and images have all kinds of names. */
    @Test
    void givesJavaALocaleThatKnowsAllFileNames() throws Exception {
        for (String locale : List.of("", "C", "POSIX", "en_US.ISO-8859-1", "xx_XX.UTF-8", "C.UTF-8")) {
            Result result = run(
                    Map.of("JAVA_HOME", JDK.toString(), "LC_ALL", locale),
                    "sh",
                    "-euc",
                    ". " + PROJECT
                            + "/.mvn/find-jdk.sh; exec \"$JAVA_HOME/bin/java\" -XshowSettings:properties -version");
            assertThat(result.err).as("locale " + locale).contains("sun.jnu.encoding = UTF-8");
        }
    }

    private HttpServer serving(byte[] archive) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            boolean known = exchange.getRequestURI().getPath().equals("/maven.zip");
            exchange.sendResponseHeaders(known ? 200 : 404, known ? archive.length : -1);
            if (known) {
                exchange.getResponseBody().write(archive);
            }
            exchange.close();
        });
        server.start();
        return server;
    }

    private static byte[] archive() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (String name : List.of("maven-1/", "maven-1/bin/", "maven-1/bin/mvn", "maven-1/lib/a.jar")) {
                zip.putNextEntry(new ZipEntry(name));
                if (!name.endsWith("/")) {
                    zip.write(name.getBytes(StandardCharsets.UTF_8));
                }
                zip.closeEntry();
            }
        }
        return bytes.toByteArray();
    }

    private static String sha512(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-512").digest(bytes));
    }

    private Result install(Path folder, String sha512, String... urls) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                JDK.resolve("bin/java").toString(),
                "-XX:TieredStopAtLevel=1",
                PROJECT.resolve(".mvn/InstallMaven.java").toString(),
                folder.toString(),
                sha512));
        command.addAll(List.of(urls));
        return run(Map.of(), command.toArray(String[]::new));
    }

    @Test
    void installsMavenFromTheFirstPlaceThatHasIt() throws Exception {
        byte[] archive = archive();
        HttpServer server = serving(archive);
        try {
            String base = "http://127.0.0.1:" + server.getAddress().getPort();
            Path folder = directory.resolve("dists/maven-1");

            Result result = install(folder, sha512(archive), base + "/moved.zip", base + "/maven.zip");

            assertThat(result.exit).as(result.err).isZero();
            assertThat(Files.isExecutable(folder.resolve("bin/mvn"))).isTrue();
            assertThat(folder.resolve("lib/a.jar")).hasContent("maven-1/lib/a.jar");
            assertThat(folder.getParent()).isDirectoryNotContaining(file -> !file.equals(folder));
        } finally {
            server.stop(0);
        }
    }

    @Test
    void refusesAnotherMavenThanTheOneExpected() throws Exception {
        HttpServer server = serving(archive());
        try {
            String url = "http://127.0.0.1:" + server.getAddress().getPort() + "/maven.zip";
            Path folder = directory.resolve("dists/maven-1");

            Result result = install(folder, "0".repeat(128), url);

            assertThat(result.exit).isEqualTo(1);
            assertThat(result.err)
                    .contains(url + ": that is not the Maven expected here")
                    .doesNotContain("\tat ");
            assertThat(folder.getParent()).isEmptyDirectory();
        } finally {
            server.stop(0);
        }
    }

    @Test
    void saysWhatHelpsWhenNothingCanBeReached() throws Exception {
        Result result = install(directory.resolve("dists/maven-1"), "0".repeat(128), "http://127.0.0.1:1/maven.zip");
        assertThat(result.exit).isEqualTo(1);
        assertThat(result.err)
                .contains("http://127.0.0.1:1/maven.zip", "Install Maven 3.8 or newer", "MAVEN_HOME", "MVNW_REPOURL")
                .doesNotContain("\tat ");
    }

    @Test
    void asksByTheQuickWay() throws Exception {
        Path checkout = directory.resolve("checkout");
        for (String file : List.of("proa", ".mvn/find-jdk.sh")) {
            Files.createDirectories(checkout.resolve(file).getParent());
            Files.copy(PROJECT.resolve(file), checkout.resolve(file));
        }
        Files.createDirectories(checkout.resolve("cli/target/lib"));
        for (String file : List.of("built", "ask.aot", "proa.aot")) {
            Files.writeString(checkout.resolve("cli/target").resolve(file), "made before");
        }
        Path jdk = jdk("jdk", "25.0.3");
        executable(jdk.resolve("bin/java"), "#!/bin/sh\necho \"$*\"\n");
        Map<String, String> environment =
                Map.of("JAVA_HOME", jdk.toString(), "HOME", directory.toString(), "PROA_NO_BUILD", "1");
        String proa = checkout.resolve("proa").toString();
        for (String line : List.of(
                "",
                "-V",
                "--help",
                "help up",
                "up --help",
                "down -h",
                "list",
                "list -o json",
                "status",
                "kubeconfig")) {
            assertThat(run(environment, ("sh " + proa + " " + line).strip().split(" ")).out)
                    .as(line)
                    .contains("/ask.aot ")
                    .endsWith(("dev.proa.cli.Ask " + line).strip() + "\n");
        }
        for (String line : List.of("up", "deploy status", "logs --cluster", "server", "down")) {
            assertThat(run(environment, ("sh " + proa + " " + line).split(" ")).out)
                    .as(line)
                    .contains("/proa.aot ")
                    .endsWith("dev.proa.cli.Main " + line + "\n");
        }
    }

    /** Its Maven goes on until somebody has been told that it does. */
    @Test
    void saysThatAFirstBuildGoesOn() throws Exception {
        for (String file : List.of("proa", ".mvn/find-jdk.sh")) {
            Path copy = directory.resolve("checkout").resolve(file);
            Files.createDirectories(copy.getParent());
            Files.copy(PROJECT.resolve(file), copy);
        }
        executable(directory.resolve("checkout/mvnw"), """
                #!/bin/sh
                echo '[INFO] Building api 0.1.0-SNAPSHOT                  [2/12]'
                for i in $(seq 300); do
                  if grep -q 'still building' "%s"; then echo '[ERROR] told'; exit 1; fi
                  sleep 0.1
                done
                echo '[ERROR] nobody was told'
                exit 1
                """.formatted(directory.resolve("err")));
        Result result = run(
                Map.of("JAVA_HOME", JDK.toString(), "HOME", directory.toString()),
                directory.resolve("checkout/proa").toString(),
                "-V");
        assertThat(result.exit).isEqualTo(1);
        assertThat(result.err)
                .startsWith(
                        "Building Proa (only now, and after changes of its source)...\n" + "  still building, after ")
                .contains(" s: api (2/12)\n", "[ERROR] told", "proa: the build failed");
    }

    @Test
    void runsTheMavenOfMavenHome() throws Exception {
        Path home = directory.resolve("maven");
        executable(
                home.resolve("bin/mvn"),
                "#!/bin/sh\ncase $1 in -version) echo Apache Maven 3.9.1;; *) echo \"ran $*\";; esac\n");
        Result result = run(
                Map.of("JAVA_HOME", JDK.toString(), "MAVEN_HOME", home.toString(), "HOME", directory.toString()),
                PROJECT.resolve("mvnw").toString(),
                "a b",
                "c");
        assertThat(result.exit).as(result.err).isZero();
        assertThat(result.out).isEqualTo("ran a b c\n");
    }
}
