package dev.proa.delivery.experiment;

import dev.proa.api.apps.v1.ReplicaSet;
import dev.proa.api.codec.Json;
import dev.proa.api.core.v1.Service;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.delivery.analysis.AnalysisException;
import dev.proa.delivery.analysis.ControllerReference;
import dev.proa.delivery.analysis.MetricArguments;
import dev.proa.delivery.analysis.TemplateReferences;
import dev.proa.delivery.argo.AnalysisRun;
import dev.proa.delivery.argo.AnalysisRunSpec;
import dev.proa.delivery.argo.AnalysisTemplateRef;
import dev.proa.delivery.argo.Argo;
import dev.proa.delivery.argo.Argument;
import dev.proa.delivery.argo.Experiment;
import dev.proa.delivery.argo.ExperimentAnalysisRef;
import dev.proa.delivery.argo.ExperimentTemplate;
import dev.proa.delivery.argo.MergedTemplates;
import dev.proa.delivery.argo.TemplateService;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;

/** The objects that an experiment makes. */
final class NewObjects {
    private NewObjects() {}

    static String replicaSetName(Experiment experiment, ExperimentTemplate template) {
        return experiment.name() + "-" + template.name();
    }

    static String serviceName(Experiment experiment, ExperimentTemplate template) {
        TemplateService service = template.service();
        return service == null || service.name().isEmpty() ? replicaSetName(experiment, template) : service.name();
    }

    /** The ReplicaSet of a template, without pods at first. */
    static ReplicaSet replicaSet(Experiment experiment, ExperimentTemplate template) {
        MapValue pods = template.template()
                .value()
                .withMap(
                        "metadata",
                        metadata -> metadata.withMap("labels", labels -> labels.without(Argo.POD_TEMPLATE_HASH)));
        String hash = hash(pods);
        MapValue hashed = pods.withMap(
                "metadata",
                metadata -> metadata.withMap("labels", labels -> labels.with(Argo.POD_TEMPLATE_HASH, hash)));
        return new ReplicaSet(MapValue.of(
                "apiVersion",
                ReplicaSet.KIND.apiVersion(),
                "kind",
                ReplicaSet.KIND.kind(),
                "metadata",
                metadata(experiment, template, replicaSetName(experiment, template))
                        .with("labels", hashed.map("metadata").map("labels")),
                "spec",
                MapValue.of(
                        "replicas",
                        0L,
                        "minReadySeconds",
                        (long) template.minReadySeconds(),
                        "selector",
                        template.selector()
                                .value()
                                .withMap("matchLabels", labels -> labels.with(Argo.POD_TEMPLATE_HASH, hash)),
                        "template",
                        hashed)));
    }

    private static String hash(MapValue pods) {
        CRC32 sum = new CRC32();
        sum.update(Json.toString(pods).getBytes(StandardCharsets.UTF_8));
        return Long.toString(sum.getValue(), Character.MAX_RADIX);
    }

    private static MapValue metadata(Experiment experiment, ExperimentTemplate template, String name) {
        return MapValue.of(
                "name",
                name,
                "namespace",
                experiment.namespace(),
                "annotations",
                MapValue.of(Argo.EXPERIMENT_NAME, experiment.name(), Argo.EXPERIMENT_TEMPLATE_NAME, template.name()),
                "ownerReferences",
                ControllerReference.to(Experiment.KIND, experiment));
    }

    /** The Service of a template, with the ports of its containers; it has none when they have none. */
    static Service service(Experiment experiment, ExperimentTemplate template, ReplicaSet replicaSet) {
        List<MapValue> ports = new ArrayList<>();
        ListValue containers = template.template().value().map("spec").list("containers");
        for (int i = 0; i < containers.size(); i++) {
            ListValue exposed = containers.map(i).list("ports");
            for (int j = 0; j < exposed.size(); j++) {
                MapValue port = exposed.map(j);
                long number = port.integer("containerPort", 0);
                String name = port.string("name").isEmpty() ? "port-" + number : port.string("name");
                String protocol = port.string("protocol").isEmpty() ? "TCP" : port.string("protocol");
                ports.add(MapValue.of("name", name, "protocol", protocol, "port", number, "targetPort", number));
            }
        }
        return new Service(MapValue.of(
                "apiVersion",
                Service.KIND.apiVersion(),
                "kind",
                Service.KIND.kind(),
                "metadata",
                metadata(experiment, template, serviceName(experiment, template)),
                "spec",
                MapValue.of(
                        "selector",
                        replicaSet.value().map("metadata").map("labels"),
                        "ports",
                        ListValue.copyOf(ports))));
    }

    /** The run of an analysis. */
    static AnalysisRun run(Situation situation, ExperimentAnalysisRef analysis) throws AnalysisException {
        Experiment experiment = situation.experiment();
        AnalysisTemplateRef reference = new AnalysisTemplateRef(analysis.value());
        AnalysisRunSpec spec;
        try {
            spec = MergedTemplates.of(TemplateReferences.resolve(List.of(reference), situation.templates()))
                    .run(
                            arguments(situation, analysis.args()),
                            experiment.spec().dryRun(),
                            experiment.spec().measurementRetention());
        } catch (IllegalArgumentException e) {
            throw new AnalysisException(String.valueOf(e.getMessage()));
        }
        MapValue wanted = experiment.spec().analysisRunMetadata().value();
        return new AnalysisRun(MapValue.of(
                "apiVersion",
                AnalysisRun.KIND.apiVersion(),
                "kind",
                AnalysisRun.KIND.kind(),
                "metadata",
                MapValue.of(
                        "name",
                        experiment.name() + "-" + analysis.name(),
                        "namespace",
                        experiment.namespace(),
                        "labels",
                        wanted.map("labels"),
                        "annotations",
                        wanted.map("annotations"),
                        "ownerReferences",
                        ControllerReference.to(Experiment.KIND, experiment)),
                "spec",
                spec.value()));
    }

    private static List<Argument> arguments(Situation situation, List<Argument> given) throws AnalysisException {
        Map<String, String> values = new HashMap<>();
        situation.replicaSets().forEach((template, replicaSet) -> {
            values.put("templates." + template + ".replicaset.name", replicaSet.name());
            values.put(
                    "templates." + template + ".podTemplateHash",
                    replicaSet.labels().getOrDefault(Argo.POD_TEMPLATE_HASH, ""));
        });
        Instant available = situation.experiment().status().availableAt();
        if (available != null) {
            values.put("experiment.availableAt", Times.format(available));
        }
        Instant end =
                Progress.end(situation.experiment(), situation.experiment().status());
        if (end != null) {
            values.put("experiment.finishedAt", Times.format(end));
        }
        List<Argument> resolved = new ArrayList<>();
        for (Argument argument : given) {
            String text = argument.text();
            resolved.add(text == null ? argument : argument.withText(MetricArguments.text(text, values)));
        }
        return resolved;
    }
}
