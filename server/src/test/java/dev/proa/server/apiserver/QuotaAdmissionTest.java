package dev.proa.server.apiserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.codec.Yaml;
import dev.proa.api.quota.QuotaScope;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.server.admission.AdmissionPlugin;
import dev.proa.server.quota.LimitedResource;
import dev.proa.server.quota.ResourceQuotaPlugin;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What quotas have room for, on an API server; the status, which the quota's controller sets, is set by the tests. */
class QuotaAdmissionTest {
    private static final String NS = "/api/v1/namespaces/default/";
    private static final LimitedResource CRITICAL = new LimitedResource(
            "",
            "pods",
            List.of(),
            List.of(new QuotaScope(QuotaScope.PRIORITY_CLASS, "In", List.of("system-cluster-critical"))));
    private static final LimitedResource STORAGE =
            new LimitedResource("", "persistentvolumeclaims", List.of(".storageclass.storage.k8s.io/"), List.of());

    private final InProcess api = with(List.of());
    private final InProcess limited = with(List.of(CRITICAL, STORAGE));

    private static InProcess with(List<LimitedResource> limited) {
        return new InProcess(store -> {
            List<AdmissionPlugin> plugins = new ArrayList<>(AdmissionPlugins.standard());
            plugins.add(new ResourceQuotaPlugin(store, InstantSource.system(), limited));
            return plugins;
        });
    }

    @AfterEach
    void stop() {
        api.close();
        limited.close();
    }

    private void quota(String name, String spec, String used) {
        MapValue parsed = Yaml.decodeMap(spec);
        api.create(NS + "resourcequotas", "{metadata: {name: " + name + "}, spec: " + spec + "}");
        MapValue quota = api.get(NS + "resourcequotas/" + name);
        api.update(
                NS + "resourcequotas/" + name + "/status",
                quota.with("status", MapValue.of("hard", parsed.map("hard"), "used", Yaml.decodeMap(used))));
    }

    private MapValue used(String name) {
        return api.get(NS + "resourcequotas/" + name).map("status").map("used");
    }

    private String refusal(String resource, String object) {
        return api.failure("create", NS + resource, object).getMessage();
    }

    private static String pod(String name, String resources) {
        return "{metadata: {name: " + name + "}, spec: {containers: [{name: c, image: i, resources: " + resources
                + "}]}}";
    }

    @Test
    void whatFitsIsCountedAndWhatDoesNotIsRefused() {
        quota(
                "q",
                "{hard: {pods: '2', requests.cpu: '1', limits.memory: 1Gi}}",
                "{pods: 0, requests.cpu: 0, limits.memory: 0}");
        assertThat(refusal("pods", pod("p", "{}")))
                .isEqualTo("pods \"p\" is forbidden: failed quota: q: must specify limits.memory for: c; requests.cpu"
                        + " for: c");
        api.create(NS + "pods", pod("p", "{requests: {cpu: 300m}, limits: {memory: 512Mi}}"));
        assertThat(used("q")).isEqualTo(Yaml.decodeMap("{limits.memory: 512Mi, pods: '1', requests.cpu: 300m}"));
        assertThat(refusal("pods", pod("big", "{requests: {cpu: 800m}, limits: {memory: 1Gi}}")))
                .isEqualTo(
                        "pods \"big\" is forbidden: exceeded quota: q, requested: limits.memory=1Gi,requests.cpu=800m,"
                                + " used: limits.memory=512Mi,requests.cpu=300m, limited: limits.memory=1Gi,requests.cpu=1");
        assertThat(used("q").string("pods")).isEqualTo("1");
        api.create(NS + "pods?dryRun=All", pod("dry", "{requests: {cpu: 100m}, limits: {memory: 1Mi}}"));
        assertThat(used("q").string("pods")).as("a dry run uses nothing").isEqualTo("1");
    }

    @Test
    void aQuotaWhoseUseIsNotKnownHasNoRoom() {
        api.create(NS + "resourcequotas", "{metadata: {name: q}, spec: {hard: {configmaps: '9'}}}");
        api.create(NS + "configmaps", "{metadata: {name: before}}");
        quota("r", "{hard: {configmaps: '9'}}", "{}");
        assertThat(refusal("configmaps", "{metadata: {name: m}}"))
                .isEqualTo("configmaps \"m\" is forbidden: status unknown for quota: r, resources: configmaps");
    }

    @Test
    void scopesSayWhichPodsCount() {
        quota("ends", "{hard: {pods: '1'}, scopes: [Terminating]}", "{pods: 0}");
        quota("stays", "{hard: {pods: '5'}, scopes: [NotTerminating, BestEffort]}", "{pods: 0}");
        api.create(NS + "pods", pod("a", "{}"));
        assertThat(used("stays").string("pods")).isEqualTo("1");
        assertThat(used("ends").string("pods")).isEqualTo("0");
        api.create(NS + "pods", pod("b", "{requests: {cpu: 1}}"));
        assertThat(used("stays").string("pods")).isEqualTo("1");
        api.patch(NS + "pods/b", "merge-patch", "{spec: {activeDeadlineSeconds: 60}}");
        assertThat(used("ends").string("pods")).as("it came into the scope").isEqualTo("1");
        assertThatThrownBy(() -> api.patch(NS + "pods/a", "merge-patch", "{spec: {activeDeadlineSeconds: 60}}"))
                .hasMessage("pods \"a\" is forbidden: exceeded quota: ends, requested: pods=1, used: pods=1, limited:"
                        + " pods=1");
    }

    @Test
    void servicesCountWithTheirNodePorts() {
        quota(
                "q",
                "{hard: {services: '3', services.nodeports: '1', services.loadbalancers: '0'}}",
                "{services: 0, services.nodeports: 0, services.loadbalancers: 0}");
        api.create(NS + "services", "{metadata: {name: s}, spec: {ports: [{port: 80}]}}");
        assertThat(used("q").string("services.nodeports")).isEqualTo("0");
        api.patch(NS + "services/s", "merge-patch", "{spec: {type: NodePort}}");
        assertThat(used("q"))
                .isEqualTo(Yaml.decodeMap("{services: '1', services.loadbalancers: '0', services.nodeports: '1'}"));
        assertThat(refusal("services", "{metadata: {name: t}, spec: {type: LoadBalancer, ports: [{port: 80}]}}"))
                .isEqualTo("services \"t\" is forbidden: exceeded quota: q, requested:"
                        + " services.loadbalancers=1,services.nodeports=1, used:"
                        + " services.loadbalancers=0,services.nodeports=1, limited:"
                        + " services.loadbalancers=0,services.nodeports=1");
    }

    @Test
    void objectsOfOtherGroupsAreCountedByName() {
        quota("q", "{hard: {count/deployments.apps: '0'}}", "{count/deployments.apps: 0}");
        assertThat(api.failure(
                                "create",
                                "/apis/apps/v1/namespaces/default/deployments",
                                "{metadata: {name: d}, spec: {selector: {matchLabels: {a: b}}, template: {metadata:"
                                        + " {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}}}")
                        .getMessage())
                .isEqualTo(
                        "deployments.apps \"d\" is forbidden: exceeded quota: q, requested: count/deployments.apps=1,"
                                + " used: count/deployments.apps=0, limited: count/deployments.apps=0");
    }

    @Test
    void nothingIsSpentTwiceByAHundredAtOnce() throws Exception {
        quota("q", "{hard: {configmaps: '37', count/configmaps: '37'}}", "{configmaps: 0, count/configmaps: 0}");
        quota("other", "{hard: {configmaps: '60'}}", "{configmaps: 0}");
        List<Callable<Boolean>> creations = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            String object = "{metadata: {name: m" + i + "}}";
            creations.add(() -> {
                try {
                    api.create(NS + "configmaps", object);
                    return true;
                } catch (StatusException e) {
                    assertThat(e.getMessage())
                            .contains("exceeded quota: q, requested: configmaps=1,count/configmaps=1");
                    return false;
                }
            });
        }
        int made = 0;
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Boolean> creation : executor.invokeAll(creations)) {
                made += creation.get() ? 1 : 0;
            }
        }
        assertThat(made).isEqualTo(37);
        assertThat(used("q").string("configmaps")).isEqualTo("37");
        assertThat(used("other").string("configmaps")).isEqualTo("37");
        assertThat(api.get(NS + "configmaps").list("items")).hasSize(37);
    }

    @Test
    void someThingsNeedAQuota() {
        String critical = "{metadata: {name: p}, spec: {priorityClassName: system-cluster-critical, containers: [{name:"
                + " c, image: i}]}}";
        StatusException refused = limited.failure("create", NS + "pods", critical);
        assertThat(refused.getMessage())
                .isEqualTo("insufficient quota to match these scopes: [{PriorityClass In [system-cluster-critical]}]");
        assertThat(refused.code()).isEqualTo(500);
        assertThat(limited.failure(
                                "create",
                                NS + "persistentvolumeclaims",
                                "{metadata: {name: c}, spec: {storageClassName: gold, accessModes: [ReadWriteOnce],"
                                        + " resources: {requests: {storage: 1Gi}}}}")
                        .getMessage())
                .isEqualTo(
                        "persistentvolumeclaims \"c\" is forbidden: insufficient quota to consume:"
                                + " gold.storageclass.storage.k8s.io/persistentvolumeclaims,gold.storageclass.storage.k8s.io/requests.storage");
        limited.create(NS + "pods", pod("usual", "{}"));
    }
}
