package dev.proa.server.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.status.Resource;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.server.Facts;
import dev.proa.server.admission.AdmissionAttributes;
import dev.proa.server.admission.AdmissionAttributes.Operation;
import dev.proa.server.admission.AdmissionPlugin;
import dev.proa.server.admission.AdmissionScope;
import dev.proa.server.admission.ValidatingPlugin;
import dev.proa.server.auth.UserInfo;
import dev.proa.server.configuration.AdmissionConfiguration;
import dev.proa.server.podsecurity.PodSecurity;
import dev.proa.server.podsecurity.PodSecurityConfiguration;
import dev.proa.server.podsecurity.PodSecurityMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Answers, warns, annotates and counts as a kube-apiserver with a {@code PodSecurityConfiguration} did ({@code
 * server/src/test/facts/podsecurity/configured}).
 */
class PodSecurityFactsTest {
    private static final Path CONFIGURATION = Path.of("src/test/facts/podsecurity/configured.yaml");

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final Map<String, String> annotations = new TreeMap<>();
    private final PodSecurity podSecurity = new PodSecurity(
            AdmissionConfiguration.read(CONFIGURATION)
                    .of(PodSecurity.NAME, PodSecurityConfiguration::of)
                    .orElseThrow(),
            new PodSecurityMetrics(registry));
    private final InProcess api = new InProcess(plugins());

    @AfterEach
    void close() {
        api.close();
    }

    private List<AdmissionPlugin> plugins() {
        List<AdmissionPlugin> plugins = new ArrayList<>(AdmissionPlugins.standard());
        plugins.replaceAll(plugin -> plugin instanceof PodSecurity ? new Annotated() : plugin);
        return plugins;
    }

    /** The plugin, with its annotations kept. */
    private final class Annotated implements ValidatingPlugin {
        @Override
        public String name() {
            return PodSecurity.NAME;
        }

        @Override
        public boolean handles(Operation operation, Resource resource, String subresource) {
            return podSecurity.handles(operation, resource, subresource);
        }

        @Override
        public void validate(AdmissionAttributes request) {
            podSecurity.validate(new AdmissionAttributes(
                    request.user(),
                    request.operation(),
                    request.type(),
                    request.resource(),
                    request.subresource(),
                    request.namespace(),
                    request.name(),
                    request.object(),
                    request.old(),
                    request.dryRun(),
                    request.options(),
                    request.snapshot(),
                    request.warnings(),
                    new AdmissionScope(request.scope().catalog(), annotations::putIfAbsent)));
        }
    }

    @Test
    void doesAsKubernetes() {
        List<String> theirs = new ArrayList<>();
        List<String> ours = new ArrayList<>();
        Map<String, Double> counted = new TreeMap<>();
        for (MapValue fact : Facts.read("podsecurity-configured.jsonl")) {
            fact.list("metrics").forEach(line -> count(counted, String.valueOf(line)));
            if (fact.has("path")) {
                theirs.add(told(fact, fact.list("warnings"), fact.string("message"), fact.map("annotations")));
                ours.add(ask(fact));
            }
        }

        assertThat(ours).containsExactlyElementsOf(theirs).hasSize(50);
        assertThat(counts()).isEqualTo(counted);
    }

    private static String told(MapValue fact, List<?> warnings, String message, MapValue annotated) {
        return fact.string("method") + " " + fact.string("path") + "\n  " + message + "\n  " + warnings + "\n  "
                + annotated;
    }

    private String ask(MapValue fact) {
        annotations.clear();
        String verb = fact.string("method").equals("POST") ? "create" : "patch";
        String user = fact.string("user");
        List<String> warnings = List.of();
        String message = "";
        try {
            warnings = api.ask(
                            user.isEmpty() ? InProcess.MASTER : UserInfo.of(user, UserInfo.MASTERS),
                            verb,
                            fact.string("path"),
                            fact.map("body"),
                            fact.string("type"))
                    .warnings();
        } catch (StatusException e) {
            message = String.valueOf(e.getMessage());
        }
        return told(fact, warnings, message, MapValue.copyOf(annotations));
    }

    private static void count(Map<String, Double> counted, String line) {
        int end = line.lastIndexOf(' ');
        counted.put(line.substring(0, end), Double.valueOf(line.substring(end + 1)));
    }

    /** What was counted, as {@code /metrics} shows it. */
    private Map<String, Double> counts() {
        Map<String, Double> counts = new TreeMap<>();
        registry.scrape()
                .forEach(metric -> ((CounterSnapshot) metric)
                        .getDataPoints()
                        .forEach(point -> counts.put(
                                metric.getMetadata().getName() + "_total" + shown(point.getLabels()),
                                point.getValue())));
        return counts;
    }

    private static String shown(Labels labels) {
        List<String> shown = new ArrayList<>();
        labels.forEach(label -> shown.add(label.getName() + "=\"" + label.getValue() + "\""));
        return "{" + String.join(",", shown) + "}";
    }
}
