package dev.proa.control.statefulset;

import dev.proa.control.shared.Recording;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Records how StatefulSets go on a real control plane, which {@code KUBECONFIG} names. It needs no nodes: the pods are for a scheduler that does not
 * exist, and become ready because they are said to be.
 *
 * <pre>java -cp TEST-CLASSPATH dev.proa.control.statefulset.RecordSets sets.json</pre>
 *
 * reads the steps from the file and replaces what came of them.
 */
public final class RecordSets {
    private static final Duration QUIET = Duration.ofMillis(1500);

    private RecordSets() {}

    /** @param arguments the file with the histories */
    public static void main(String[] arguments) throws Exception {
        new Recording("sets", "sts-", QUIET, SetDriver::new).replace(Path.of(arguments[0]));
    }
}
