package dev.proa.control.scheduler.plugin;

import dev.proa.api.core.v1.Pod;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.client.Transport.TransportException;
import dev.proa.control.scheduler.framework.CycleState;
import dev.proa.control.scheduler.framework.Handle;
import dev.proa.control.scheduler.framework.Plugin;
import dev.proa.control.scheduler.framework.PodInfo;
import dev.proa.control.scheduler.framework.Status;

/** Binds pods by the API's {@code binding} subresource. */
public final class DefaultBinder implements Plugin.Bind {
    private final Client client;

    public DefaultBinder(Handle handle) {
        this.client = handle.client();
    }

    @Override
    public String name() {
        return "DefaultBinder";
    }

    @Override
    public Status bind(CycleState state, PodInfo info, String node) {
        Pod pod = info.pod();
        MapValue body = MapValue.of(
                "apiVersion",
                "v1",
                "kind",
                "Binding",
                "metadata",
                MapValue.of("name", pod.name(), "namespace", pod.namespace(), "uid", pod.uid()),
                "target",
                MapValue.of("kind", "Node", "name", node));
        try {
            client.resource(Pod.KIND).in(pod.namespace()).subresource("create", pod.name(), "binding", body);
            return Status.SUCCESS;
        } catch (StatusException | TransportException e) {
            return Status.error(e);
        }
    }
}
