package dev.proa.e2e.extensions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.e2e.Await;
import io.fabric8.crdv2.generator.CRDGenerator;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.ConfigMapList;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** fabric8's client, and a controller written with it: of annotated classes, by an informer. */
@Tag("extensions")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class Fabric8Test {
    private static final String FINALIZER = "fabric8.clients.proa.dev/drain";
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    @TempDir
    static Path home;

    private LoopbackServer server;
    private KubernetesClient client;

    @BeforeAll
    void start() throws IOException {
        server = LoopbackServer.start(home);
        Config config = Config.fromKubeconfig(Files.readString(server.kubeconfig()));
        client = new KubernetesClientBuilder().withConfig(config).build();
        client.resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName("fabric8")
                        .endMetadata()
                        .build())
                .create();
    }

    @AfterAll
    void stop() {
        client.close();
        server.close();
    }

    private static ConfigMap configMap(String name, String key, String value) {
        return new ConfigMapBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace("fabric8")
                .addToLabels("of", "fabric8")
                .endMetadata()
                .addToData(key, value)
                .build();
    }

    @Test
    void createsAppliesPatchesWatchesAndDeletes() throws InterruptedException {
        List<Watcher.Action> seen = new CopyOnWriteArrayList<>();
        Watcher<ConfigMap> watcher = new Watcher<>() {
            @Override
            public void eventReceived(Action action, ConfigMap changed) {
                seen.add(action);
            }

            @Override
            public void onClose(WatcherException cause) {}
        };
        try (Watch watch =
                client.configMaps().inNamespace("fabric8").withName("one").watch(watcher)) {
            client.resource(configMap("one", "created", "1")).create();
            assertThatThrownBy(() ->
                            client.resource(configMap("one", "created", "1")).create())
                    .isInstanceOfSatisfying(
                            KubernetesClientException.class,
                            e -> assertThat(e.getCode()).isEqualTo(409));
            client.resource(configMap("one", "applied", "1")).serverSideApply();
            client.configMaps()
                    .inNamespace("fabric8")
                    .withName("one")
                    .patch(PatchContext.of(PatchType.STRATEGIC_MERGE), "{\"data\": {\"patched\": \"1\"}}");
            client.configMaps()
                    .inNamespace("fabric8")
                    .withName("one")
                    .edit(map ->
                            new ConfigMapBuilder(map).addToData("edited", "1").build());
            assertThat(client.configMaps()
                            .inNamespace("fabric8")
                            .withName("one")
                            .get()
                            .getData())
                    .containsOnlyKeys("created", "applied", "patched", "edited");
            client.resource(configMap("one", "", "")).delete();
            Await.until("the deletion is seen", () -> seen, all -> all.contains(Watcher.Action.DELETED));
        }
        assertThat(seen)
                .containsExactly(
                        Watcher.Action.ADDED,
                        Watcher.Action.MODIFIED,
                        Watcher.Action.MODIFIED,
                        Watcher.Action.MODIFIED,
                        Watcher.Action.DELETED);
    }

    @Test
    void listsInChunks() {
        for (int i = 0; i < 25; i++) {
            client.resource(configMap("many-" + i, "a", "b")).create();
        }
        List<String> names = new ArrayList<>();
        String next = null;
        int chunks = 0;
        do {
            ConfigMapList list = client.configMaps()
                    .inNamespace("fabric8")
                    .withLabel("of", "fabric8")
                    .list(new ListOptionsBuilder()
                            .withLimit(10L)
                            .withContinue(next)
                            .build());
            list.getItems().forEach(map -> names.add(map.getMetadata().getName()));
            next = list.getMetadata().getContinue();
            chunks++;
        } while (next != null && !next.isEmpty());
        assertThat(chunks).isEqualTo(3);
        assertThat(names.stream().filter(name -> name.startsWith("many-")))
                .hasSize(25)
                .doesNotHaveDuplicates();
    }

    @Test
    void aControllerReconciles() throws IOException, InterruptedException {
        define();
        var ponds = client.resources(Pond.class).inNamespace("fabric8");
        BlockingQueue<String> changed = new LinkedBlockingQueue<>();
        ResourceEventHandler<Pond> handler = new ResourceEventHandler<>() {
            @Override
            public void onAdd(Pond pond) {
                changed.add(pond.getMetadata().getName());
            }

            @Override
            public void onUpdate(Pond before, Pond pond) {
                changed.add(pond.getMetadata().getName());
            }

            @Override
            public void onDelete(Pond pond, boolean unknown) {}
        };
        try (SharedIndexInformer<Pond> informer = ponds.inform(handler)) {
            Thread controller = Thread.ofVirtual().start(() -> reconcileAll(informer, changed));
            Pond pond = new Pond();
            pond.getMetadata().setName("deep");
            pond.getSpec().fish = 101;
            assertThatThrownBy(() -> ponds.resource(pond).create()).hasMessageContaining("spec.fish");
            pond.getSpec().fish = 7;
            assertThat(ponds.resource(pond).create().getSpec().water).isEqualTo("fresh");
            ponds.withName("deep").waitUntilCondition(now -> fish(now) == 7, PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertThat(client.configMaps()
                            .inNamespace("fabric8")
                            .withName("deep")
                            .get()
                            .getData())
                    .isEqualTo(Map.of("fish", "7"));
            ponds.withName("deep").edit(now -> {
                now.getSpec().fish = 9;
                return now;
            });
            ponds.withName("deep").waitUntilCondition(now -> fish(now) == 9, PATIENCE.toSeconds(), TimeUnit.SECONDS);
            ponds.withName("deep").delete();
            ponds.withName("deep").waitUntilCondition(now -> now == null, PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertThat(client.configMaps()
                            .inNamespace("fabric8")
                            .withName("deep")
                            .get())
                    .isNull();
            controller.interrupt();
            controller.join();
        }
    }

    private void define() throws IOException {
        new CRDGenerator()
                .customResourceClasses(Pond.class)
                .inOutputDir(home.toFile())
                .generate();
        CustomResourceDefinition definition = client.apiextensions()
                .v1()
                .customResourceDefinitions()
                .load(home.resolve("ponds.fabric8.clients.proa.dev-v1.yml").toFile())
                .create();
        client.resource(definition)
                .waitUntilCondition(
                        now -> now.getStatus() != null
                                && now.getStatus().getConditions() != null
                                && now.getStatus().getConditions().stream()
                                        .anyMatch(
                                                condition -> condition.getType().equals("Established")
                                                        && condition.getStatus().equals("True")),
                        PATIENCE.toSeconds(),
                        TimeUnit.SECONDS);
    }

    private static int fish(Pond pond) {
        return pond == null || pond.getStatus() == null ? -1 : pond.getStatus().fish;
    }

    private void reconcileAll(SharedIndexInformer<Pond> informer, BlockingQueue<String> changed) {
        try {
            while (true) {
                String name = changed.take();
                Pond pond = informer.getStore().getByKey("fabric8/" + name);
                if (pond != null) {
                    try {
                        reconcile(pond);
                    } catch (KubernetesClientException e) {
                        if (e.getCode() != 409 && e.getCode() != 404) {
                            throw e;
                        } // the cache is behind; what changed meanwhile comes as an event
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the test is over
        }
    }

    private void reconcile(Pond pond) {
        var resource = client.resource(pond);
        if (pond.isMarkedForDeletion()) {
            client.resource(configMap(pond.getMetadata().getName(), "", "")).delete();
            if (pond.hasFinalizer(FINALIZER)) {
                resource.edit(now -> {
                    now.removeFinalizer(FINALIZER);
                    return now;
                });
            }
        } else if (!pond.hasFinalizer(FINALIZER)) {
            resource.edit(now -> {
                now.addFinalizer(FINALIZER);
                return now;
            });
        } else if (fish(pond) != pond.getSpec().fish) {
            client.resource(configMap(pond.getMetadata().getName(), "fish", Integer.toString(pond.getSpec().fish)))
                    .serverSideApply();
            resource.editStatus(now -> {
                now.setStatus(new Pond.Status());
                now.getStatus().fish = pond.getSpec().fish;
                return now;
            });
        }
    }
}
