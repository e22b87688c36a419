package dev.proa.node.sandbox;

import dev.proa.node.cri.Configs;
import dev.proa.node.network.LoopbackNetwork;
import java.nio.file.Path;

/** A process that owns a runtime, to be killed by {@link SandboxRecoveryTest}. Prints the ids of what it started. */
final class OwnerProcess {
    private OwnerProcess() {}

    /** Arguments: directory of the fixture, cgroup, log directory, whether to keep logs, and a script for each container. */
    public static void main(String[] arguments) throws Exception {
        SandboxRuntime runtime = SandboxFixture.open(
                Path.of(arguments[0]), arguments[1], new LoopbackNetwork(), Boolean.parseBoolean(arguments[3]));
        String sandbox = runtime.runPodSandbox(Configs.sandbox("web", Path.of(arguments[2])));
        StringBuilder ids = new StringBuilder(sandbox);
        for (int i = 4; i < arguments.length; i++) {
            ConfigBuilder config = new ConfigBuilder(arguments[i].substring(1)).name("c" + (i - 4));
            String id = runtime.createContainer(
                    sandbox, (arguments[i].charAt(0) == 't' ? config.tty() : config.stdin(false)).build());
            runtime.startContainer(id);
            ids.append(' ').append(id);
        }
        System.out.println(ids);
        Thread.sleep(Long.MAX_VALUE);
    }
}
