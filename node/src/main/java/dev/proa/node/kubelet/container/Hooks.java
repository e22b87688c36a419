package dev.proa.node.kubelet.container;

import dev.proa.api.core.v1.Container;
import dev.proa.api.core.v1.LifecycleHandler;
import dev.proa.api.core.v1.Pod;
import dev.proa.client.clock.Clock;
import dev.proa.node.cri.ContainerRuntime;
import dev.proa.node.cri.RuntimeFailure;
import dev.proa.node.kubelet.probe.HttpProbes;
import java.time.Duration;

/** Runs lifecycle hooks (postStart, preStop). Thread-safe. */
public final class Hooks {
    private final ContainerRuntime runtime;
    private final HttpProbes http;
    private final Clock clock;

    public Hooks(ContainerRuntime runtime, HttpProbes http, Clock clock) {
        this.runtime = runtime;
        this.http = http;
        this.clock = clock;
    }

    /** A hook failed; the message says why. */
    static final class HookFailure extends Exception {
        private static final long serialVersionUID = 1;

        HookFailure(String message) {
            super(message);
        }
    }

    /**
     * Blocks until the hook has run.
     *
     * @param address of the pod
     * @param longest the timeout of the hook
     */
    void run(LifecycleHandler hook, Pod pod, String address, Container container, String containerId, Duration longest)
            throws HookFailure {
        if (hook.hasExec()) {
            exec(hook, container, containerId, longest);
        } else if (hook.hasHttpGet()) {
            HttpProbes.Outcome outcome = http.get(hook.httpGet(), address, container, longest);
            if (!outcome.success()) {
                throw new HookFailure(outcome.message());
            }
        } else if (hook.hasSleep()) {
            try {
                Duration wanted = Duration.ofSeconds(hook.sleep().seconds());
                clock.sleep(wanted.compareTo(longest) < 0 ? wanted : longest);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void exec(LifecycleHandler hook, Container container, String containerId, Duration longest)
            throws HookFailure {
        try {
            var result = runtime.execSync(containerId, hook.exec().command(), longest);
            if (result.exitCode() != 0) {
                throw new HookFailure("Exec lifecycle hook (" + hook.exec().command() + ") for Container \""
                        + container.name() + "\" failed - error: command exited with " + result.exitCode());
            }
        } catch (RuntimeFailure failure) {
            throw new HookFailure(String.valueOf(failure.getMessage()));
        }
    }
}
