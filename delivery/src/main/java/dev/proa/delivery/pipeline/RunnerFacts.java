package dev.proa.delivery.pipeline;

import java.util.Map;

/**
 * Facts of the containers of a job.
 *
 * @param name of the runner, as the pod's
 * @param os as {@code Linux}
 * @param arch as {@code X64} or {@code ARM64}
 * @param workspace folder into which the repository is checked out
 * @param temp folder for temporary files, emptied before and after each job
 * @param toolCache folder of installed tools
 * @param home home folder of the user that runs steps
 * @param servicePorts for each service its ports as declared, and where they are reached
 */
public record RunnerFacts(
        String name,
        String os,
        String arch,
        String workspace,
        String temp,
        String toolCache,
        String home,
        Map<String, Map<String, String>> servicePorts) {
    public RunnerFacts {
        servicePorts = Map.copyOf(servicePorts);
    }

    /** A runner on Linux with folders under one root, as {@code /github}. */
    public static RunnerFacts linux(String name, String root) {
        return new RunnerFacts(
                name, "Linux", "X64", root + "/workspace", root + "/temp", root + "/tools", root + "/home", Map.of());
    }
}
