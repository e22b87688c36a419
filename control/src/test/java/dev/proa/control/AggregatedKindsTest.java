package dev.proa.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.core.v1.ConfigMap;
import dev.proa.api.core.v1.Namespace;
import dev.proa.api.meta.v1.OwnerReference;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.AnyObject;
import dev.proa.api.view.Kind;
import dev.proa.client.ResourceClient;
import dev.proa.control.garbage.GarbageCollector;
import dev.proa.control.namespace.NamespaceController;
import dev.proa.control.shared.GadgetServer;
import dev.proa.control.shared.TestCluster;
import dev.proa.testing.Await;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Objects that an extension API server has are emptied out of namespaces, and own others, as all objects do. */
class AggregatedKindsTest {
    private static final Kind<AnyObject> GADGET = Kind.any("ext.example.com", "v1", "Gadget", "gadgets", true);

    private final TestCluster cluster = new TestCluster();
    private final ResourceClient<AnyObject> gadgets =
            cluster.client.resource(GADGET).in("team");
    private GadgetServer extension;

    @BeforeEach
    void register() throws Exception {
        extension = new GadgetServer();
        cluster.namespace("team");
        extension.register(cluster.client);
        Await.until("gadgets are served", () -> {
            try {
                return gadgets.list().isEmpty();
            } catch (StatusException e) {
                return false;
            }
        });
        gadgets.create(GADGET.of("team", "a"));
        gadgets.create(GADGET.of("team", "b"));
    }

    @AfterEach
    void close() {
        cluster.close();
        extension.close();
    }

    @Test
    void aNamespaceGoesOnlyAfterThem() throws Exception {
        cluster.start(NamespaceController::new);
        ResourceClient<Namespace> namespaces = cluster.client.resource(Namespace.KIND);
        namespaces.delete("team");
        Await.until("it is gone", () -> namespaces.find("team") == null);
        assertThat(gadgets.list()).isEmpty();
    }

    @Test
    void whatTheyOwnGoesWithThem() throws Exception {
        ResourceClient<ConfigMap> maps = cluster.client.resource(ConfigMap.KIND).in("team");
        for (String name : List.of("a", "b")) {
            MapValue owner = MapValue.of(
                    "apiVersion", "ext.example.com/v1", "kind", "Gadget", "name", name, "uid", "uid-of-" + name);
            maps.create(ConfigMap.of("team", "of-" + name)
                    .withMetadata(m -> m.withOwnerReferences(List.of(new OwnerReference(owner)))));
        }
        cluster.start(GarbageCollector::new);

        gadgets.delete("a");

        Await.until("what a owned is gone", () -> maps.find("of-a") == null);
        assertThat(maps.find("of-b")).isNotNull();
    }
}
