package dev.proa.control.deployment;

import dev.proa.api.apps.v1.Deployment;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.informer.EventHandler;
import java.util.ArrayList;
import java.util.List;

/** The reasons that the condition {@code Progressing} went through during a step, as watch events tell them. */
final class ProgressLog implements EventHandler<Deployment> {
    private final List<String> reasons = new ArrayList<>();
    private String last = "";

    @Override
    public void added(Deployment deployment) {
        see(deployment);
    }

    @Override
    public void updated(Deployment before, Deployment after) {
        see(after);
    }

    private synchronized void see(Deployment deployment) {
        MapValue condition = RolloutStatus.progressing(deployment.status());
        String reason = condition == null ? "-" : condition.string("reason");
        if (reason.equals("NewReplicaSetCreated")) {
            reason = "ReplicaSetUpdated"; // the first is overwritten by the second, or not, as it happens
        }
        if (!reason.equals(last)) {
            last = reason;
            reasons.add(reason);
        }
    }

    synchronized ListValue soFar() {
        return ListValue.copyOf(reasons);
    }

    /** The next step begins. */
    synchronized void next() {
        reasons.clear();
    }
}
