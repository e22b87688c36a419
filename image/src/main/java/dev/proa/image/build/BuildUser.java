package dev.proa.image.build;

import dev.proa.image.ImageFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The unprivileged user as whom root runs the build of a folder: the folder's owner, or whoever called {@code sudo}.
 * The build has all rights of that user.
 *
 * @param name of the user, or null when the id has none
 * @param home the user's home; null when there is no writable one
 */
record BuildUser(
        @Nullable String name, int uid, int gid, @Nullable Path home) {
    /** Environment variables that a build inherits: settings of network and Maven, but no secrets. */
    private static final Set<String> PASSED_ON = Set.of(
            "PATH",
            "LANG",
            "LANGUAGE",
            "LC_ALL",
            "LC_CTYPE",
            "LC_MESSAGES",
            "TZ",
            "JAVA_HOME",
            "MAVEN_HOME",
            "MAVEN_OPTS",
            "MVNW_REPOURL",
            "GOPROXY",
            "GOSUMDB",
            "GOFLAGS",
            "GOTOOLCHAIN",
            "RUSTUP_TOOLCHAIN",
            "PIP_CERT",
            "SSL_CERT_FILE",
            "NODE_EXTRA_CA_CERTS",
            "http_proxy",
            "https_proxy",
            "no_proxy",
            "HTTP_PROXY",
            "HTTPS_PROXY",
            "NO_PROXY");

    /**
     * The user to run a build as; null to run it as the current user, because that is not root or because no other user
     * is found.
     */
    static @Nullable BuildUser of(Path folder, Map<String, String> environment) {
        if (!isRoot()) {
            return null;
        }
        try {
            int uid = (int) Files.getAttribute(folder, "unix:uid");
            int gid = (int) Files.getAttribute(folder, "unix:gid");
            if (uid == 0) {
                uid = number(environment.get("SUDO_UID"));
                gid = number(environment.get("SUDO_GID"));
            }
            return uid == 0 ? null : known(uid, gid);
        } catch (IOException e) {
            throw ImageFailure.storage("cannot read " + folder, e);
        }
    }

    static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    private static int number(@Nullable String text) {
        return text != null && text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : 0;
    }

    /** Looks the user up in the system's databases, which need not be files. */
    private static BuildUser known(int uid, int gid) throws IOException {
        if (Programs.find("getent") != null) {
            Command.Outcome outcome =
                    Command.run(List.of("getent", "passwd", String.valueOf(uid)), Path.of("/"), Map.of());
            String[] fields = outcome.output().strip().split(":", -1);
            if (outcome.exitCode() == 0 && fields.length == 7 && number(fields[2]) == uid) {
                Path home = Path.of(fields[5].isEmpty() ? "/" : fields[5]);
                return new BuildUser(fields[0], uid, number(fields[3]), owns(uid, home) ? home : null);
            }
        }
        return new BuildUser(null, uid, gid, null);
    }

    private static boolean owns(int uid, Path directory) throws IOException {
        return Files.isDirectory(directory)
                && (int) Files.getAttribute(directory, "unix:uid", LinkOption.NOFOLLOW_LINKS) == uid;
    }

    /** For messages. */
    String shown() {
        return name == null ? "user " + uid : name;
    }

    /**
     * Wraps a command to run as this user: in its own session, so that it cannot inject input into root's terminal, and
     * with {@code no_new_privs}.
     */
    List<String> command(List<String> command) {
        for (String program : List.of("setsid", "setpriv")) {
            if (Programs.find(program) == null) {
                throw ImageFailure.notFound("building as " + shown() + " needs the program " + program
                        + " (package util-linux); or run proa as " + shown());
            }
        }
        List<String> all = new ArrayList<>(List.of(
                "setsid",
                "setpriv",
                "--reuid=" + uid,
                "--regid=" + gid,
                name == null ? "--clear-groups" : "--init-groups",
                "--inh-caps=-all",
                "--no-new-privs"));
        all.addAll(command);
        return all;
    }

    /**
     * Removes from an environment what builds must not see, and sets the user's variables.
     *
     * @param otherHome for a user without one
     */
    void enter(Map<String, String> environment, Path otherHome) {
        environment.keySet().retainAll(PASSED_ON);
        Path house = home == null ? otherHome : home;
        environment.put("HOME", house.toString());
        environment.put("USER", name == null ? String.valueOf(uid) : name);
        environment.put("LOGNAME", environment.get("USER"));
        if (home == null) {
            environment.merge("MAVEN_OPTS", "-Duser.home=" + otherHome, (given, own) -> given + " " + own);
        }
    }
}
