package dev.proa.delivery.pipeline.run;

import dev.proa.image.Reference;
import dev.proa.image.build.HostImageBuilder;
import dev.proa.image.store.ImageStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The image of jobs whose {@code runs-on} names none: programs of this machine, since there may be no registry to pull one from. It has the tools of {@link #PROGRAMS} that are
 * installed here, the JDK that Proa runs on, and Maven. Made when it is first asked for. Thread-safe.
 */
public final class HostRunnerImage implements Supplier<String> {
    private static final Logger LOG = LoggerFactory.getLogger(HostRunnerImage.class);
    static final String NAME = "pipeline.proa.dev/runner:latest";

    /** What is taken if it is there. */
    static final List<String> PROGRAMS = List.of(
            "bash",
            "sh",
            "env",
            "cat",
            "ls",
            "cp",
            "mv",
            "rm",
            "mkdir",
            "rmdir",
            "ln",
            "chmod",
            "chown",
            "touch",
            "head",
            "tail",
            "wc",
            "sort",
            "uniq",
            "cut",
            "tr",
            "tee",
            "od",
            "sleep",
            "date",
            "uname",
            "id",
            "basename",
            "dirname",
            "readlink",
            "realpath",
            "mktemp",
            "sha256sum",
            "sha1sum",
            "md5sum",
            "base64",
            "seq",
            "test",
            "true",
            "false",
            "expr",
            "printf",
            "echo",
            "pwd",
            "stat",
            "du",
            "df",
            "dd",
            "nproc",
            "whoami",
            "hostname",
            "kill",
            "ps",
            "find",
            "xargs",
            "grep",
            "egrep",
            "sed",
            "awk",
            "mawk",
            "gawk",
            "tar",
            "gzip",
            "xz",
            "zip",
            "unzip",
            "curl",
            "wget",
            "git",
            "ssh",
            "jq",
            "make",
            "setsid",
            "timeout",
            "diff",
            "cmp",
            "patch",
            "openssl",
            "node",
            "which");

    private final ImageStore store;
    private boolean made;

    public HostRunnerImage(ImageStore store) {
        this.store = store;
    }

    @Override
    public synchronized String get() {
        if (!made) {
            if (store.find(Reference.parse(NAME)).isEmpty()) {
                LOG.info("making the image of pipeline jobs of programs of this machine");
                build();
            }
            made = true;
        }
        return NAME;
    }

    private void build() {
        HostImageBuilder builder = new HostImageBuilder();
        for (String program : PROGRAMS) {
            find(program).ifPresent(builder::program);
        }
        for (String shell : List.of("sh", "bash")) { // by these names scripts call them
            find(shell).ifPresent(there -> link(builder, "/bin/" + shell, there));
        }
        find("env").ifPresent(there -> link(builder, "/usr/bin/env", there));
        inPath("kubectl").ifPresent(kubectl -> {
            builder.program(kubectl);
            link(builder, "/usr/local/bin/kubectl", kubectl);
        });
        Path jdk = Path.of(System.getProperty("java.home"));
        builder.copy(jdk).program(jdk.resolve("bin/java"));
        for (String library : List.of("server/libjvm.so", "libjava.so", "libnio.so", "libnet.so", "libzip.so")) {
            if (Files.exists(jdk.resolve("lib").resolve(library))) {
                builder.program(jdk.resolve("lib").resolve(library)); // with the libraries that it loads
            }
        }
        for (String program : List.of("java", "javac", "jar")) {
            if (Files.exists(jdk.resolve("bin").resolve(program))) {
                link(builder, "/usr/local/bin/" + program, jdk.resolve("bin").resolve(program));
            }
        }
        for (String folder :
                List.of("/usr/share/maven", "/etc/maven", "/usr/share/java", "/etc/ssl/certs", "/usr/lib/git-core")) {
            if (Files.isDirectory(Path.of(folder))) {
                builder.copy(Path.of(folder));
            }
        }
        if (Files.exists(Path.of("/usr/share/maven/bin/mvn"))) {
            builder.link("/usr/local/bin/mvn", "/usr/share/maven/bin/mvn");
        }
        builder.directory("/tmp", 01777);
        builder.config().environment("JAVA_HOME", jdk.toString());
        builder.build(store, Reference.parse(NAME));
    }

    private static void link(HostImageBuilder builder, String name, Path target) {
        if (!target.toString().equals(name)) {
            builder.link(name, target.toString());
        }
    }

    private static Optional<Path> find(String program) {
        return List.of("/usr/local/bin", "/usr/bin", "/bin").stream()
                .map(folder -> Path.of(folder, program))
                .filter(file -> Files.isExecutable(file) && Files.isRegularFile(file))
                .findFirst();
    }

    private static Optional<Path> inPath(String program) {
        return List.of(System.getenv().getOrDefault("PATH", "").split(":")).stream()
                .filter(folder -> folder.startsWith("/"))
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
