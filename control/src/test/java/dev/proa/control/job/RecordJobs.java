package dev.proa.control.job;

import dev.proa.control.shared.Recording;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Records how Jobs go on a real control plane, which {@code KUBECONFIG} names. It needs no nodes.
 *
 * <pre>java -cp TEST-CLASSPATH dev.proa.control.job.RecordJobs jobs.json</pre>
 *
 * reads the steps from the file and replaces what came of them.
 */
public final class RecordJobs {
    /** Kubernetes' controller looks at a Job a second after its pods have changed. */
    private static final Duration QUIET = Duration.ofMillis(3500);

    private RecordJobs() {}

    /** @param arguments the file with the histories */
    public static void main(String[] arguments) throws Exception {
        new Recording("jobs", "job-", QUIET, JobDriver::new).replace(Path.of(arguments[0]));
    }
}
