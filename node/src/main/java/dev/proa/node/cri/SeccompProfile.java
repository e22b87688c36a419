package dev.proa.node.cri;

import java.nio.file.Path;

/** The seccomp profile of a container, as {@code runtime.v1.SecurityProfile}. */
public sealed interface SeccompProfile {
    SeccompProfile RUNTIME_DEFAULT = new RuntimeDefault();

    /** The runtime's default profile. */
    record RuntimeDefault() implements SeccompProfile {}

    /** All. */
    record Unconfined() implements SeccompProfile {}

    /**
     * A profile in a file, in the JSON of OCI runtimes.
     *
     * @param directory of the node's profiles, absolute
     * @param path of the file beneath it; the runtime follows no link there
     */
    record Localhost(Path directory, String path) implements SeccompProfile {}
}
