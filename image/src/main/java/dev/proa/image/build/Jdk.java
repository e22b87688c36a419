package dev.proa.image.build;

import dev.proa.image.ImageFailure;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.TreeMap;

/**
 * A JDK on this machine.
 *
 * @param home its directory
 * @param feature {@code 25}
 * @param identity the content of its {@code release} file, which differs between builds of the JDK
 */
record Jdk(Path home, int feature, String identity) {
    static final int REQUIRED = 25;

    private static final List<String> INSTALL_FOLDERS =
            List.of("/usr/lib/jvm", "/usr/java", "/opt", "/opt/java", "/usr/local/lib/jvm");
    private static final List<String> USER_FOLDERS =
            List.of(".sdkman/candidates/java", ".jdks", ".local/share/mise/installs/java");

    /** The path of a tool of the JDK. */
    String program(String name) {
        return home.resolve("bin").resolve(name).toString();
    }

    /**
     * Finds a JDK: the one that runs this, else {@code JAVA_HOME}, else one in the usual folders.
     *
     * @throws ImageFailure when there is none that is new enough
     */
    static Jdk find() {
        for (Path home : candidates()) {
            Jdk jdk = read(home);
            if (jdk.feature >= REQUIRED && Files.isExecutable(home.resolve("bin/javac"))) {
                return jdk;
            }
        }
        throw ImageFailure.notFound("building a Java application needs a JDK " + REQUIRED
                + " and none was found; install one (the runtime alone is not enough) or set JAVA_HOME to it");
    }

    /** All JDKs in the usual places. */
    static List<Jdk> all() {
        return candidates().stream()
                .map(Jdk::read)
                .filter(jdk -> jdk.feature > 0 && Files.isExecutable(jdk.home.resolve("bin/javac")))
                .toList();
    }

    private static List<Path> candidates() {
        List<Path> homes = new ArrayList<>();
        homes.add(Path.of(System.getProperty("java.home")));
        String variable = System.getenv("JAVA_HOME");
        if (variable != null && !variable.isBlank()) {
            homes.add(Path.of(variable));
        }
        for (String folder : INSTALL_FOLDERS) {
            homes.addAll(children(Path.of(folder)));
        }
        for (String folder : USER_FOLDERS) {
            homes.addAll(children(Path.of(System.getProperty("user.home", "/"), folder)));
        }
        return homes;
    }

    private static List<Path> children(Path folder) {
        List<Path> children = new ArrayList<>();
        if (Files.isDirectory(folder)) {
            try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
                stream.forEach(children::add);
            } catch (IOException e) {
                throw ImageFailure.storage("cannot look for a JDK in " + folder, e);
            }
            children.sort(null);
        }
        return children;
    }

    /** Reads the {@code release} file; feature is 0 if it is not a JDK. */
    static Jdk read(Path home) {
        Path release = home.resolve("release");
        Properties properties = new Properties();
        if (Files.isReadable(release)) {
            try (Reader reader = Files.newBufferedReader(release)) {
                properties.load(reader);
            } catch (IOException | IllegalArgumentException e) {
                return new Jdk(home, 0, "");
            }
        }
        String version = properties.getProperty("JAVA_VERSION", "0").replace("\"", "");
        int end = 0;
        while (end < version.length() && Character.isDigit(version.charAt(end))) {
            end++;
        }
        int feature = end == 0 ? 0 : Integer.parseInt(version.substring(0, Math.min(end, 6)));
        return new Jdk(home, feature, new TreeMap<>(properties).toString());
    }
}
