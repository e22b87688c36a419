package dev.proa.e2e.extensions;

import dev.proa.e2e.Run;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;

/** Another tool that copies images, with an implementation of its own of every format. */
final class Skopeo {
    private Skopeo() {}

    static boolean isInstalled(String program) {
        for (String folder : System.getenv("PATH").split(File.pathSeparator)) {
            if (Files.isExecutable(Path.of(folder, program))) {
                return true;
            }
        }
        return false;
    }

    /** Copies an image between two places, on loopback by plain HTTP, without asking who signed it. */
    static void copy(String from, String to, String... options) {
        Assumptions.assumeTrue(isInstalled("skopeo"), "skopeo is not installed");
        List<String> command = new ArrayList<>(List.of("skopeo", "--insecure-policy", "copy", "--quiet"));
        if (from.startsWith("docker://")) {
            command.addAll(List.of("--src-tls-verify=false", "--src-creds=user:pass"));
        }
        if (to.startsWith("docker://")) {
            command.addAll(List.of("--dest-tls-verify=false", "--dest-creds=user:pass"));
        }
        command.addAll(List.of(options));
        command.addAll(List.of(from, to));
        Run.of(command, Map.of(), "").ok();
    }
}
