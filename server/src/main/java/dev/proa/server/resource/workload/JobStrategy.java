package dev.proa.server.resource.workload;

import dev.proa.api.value.MapValue;
import dev.proa.server.strategy.RequestContext;
import dev.proa.server.strategy.ResourceStrategy;
import dev.proa.server.validation.Defaulter;
import dev.proa.server.validation.Formats;
import dev.proa.server.validation.Values;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Jobs: unless told otherwise, a job's pods are found by the job's own UID. */
final class JobStrategy extends ResourceStrategy {
    private static final String UID_LABEL = "batch.kubernetes.io/controller-uid";

    JobStrategy(Spec spec) {
        super(spec.fields("status.successful"));
    }

    @Override
    public MapValue prepareForCreate(MapValue object, RequestContext context) {
        MapValue prepared = super.prepareForCreate(object, context).with("status", MapValue.EMPTY);
        if (prepared.map("spec").bool("manualSelector")) {
            return prepared;
        }
        MapValue meta = prepared.map("metadata");
        MapValue labelsBefore = templateLabels(prepared);
        MapValue selected = selected(prepared, meta);
        // A job without labels of its own has those of its template.
        return Values.same(meta.get("labels"), labelsBefore)
                ? selected.withMap("metadata", own -> own.with("labels", templateLabels(selected)))
                : selected;
    }

    /** A name that is none of a host makes trouble only later, since pods and their hosts are called by it. */
    @Override
    public List<String> warnings(MapValue object, @Nullable MapValue old) {
        List<String> wrong =
                old == null ? Formats.dnsLabel(object.map("metadata").string("name")) : List.of();
        if (wrong.isEmpty()) {
            return super.warnings(object, old);
        }
        List<String> warnings = new ArrayList<>();
        warnings.add("metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior;"
                + " a DNS label is recommended: [" + String.join(" ", wrong) + "]");
        warnings.addAll(super.warnings(object, old));
        return warnings;
    }

    private static MapValue templateLabels(MapValue job) {
        return job.map("spec").map("template").map("metadata").map("labels");
    }

    private static MapValue selected(MapValue prepared, MapValue meta) {
        String uid = meta.string("uid");
        String name = meta.string("name");
        return prepared.withMap(
                "spec",
                spec -> spec.withMap(
                                "template",
                                template -> template.withMap(
                                        "metadata",
                                        own -> own.withMap(
                                                "labels",
                                                labels -> Defaulter.of(labels)
                                                        .fill("job-name", name)
                                                        .fill("batch.kubernetes.io/job-name", name)
                                                        .fill("controller-uid", uid)
                                                        .fill(UID_LABEL, uid)
                                                        .done())))
                        .withMap(
                                "selector",
                                selector -> selector.withMap(
                                        "matchLabels",
                                        labels -> Defaulter.of(labels)
                                                .fill(UID_LABEL, uid)
                                                .done())));
    }

    /** As ever for this version: pods outlive their job unless the request says otherwise. */
    @Override
    public String defaultPropagation() {
        return "Orphan";
    }

    @Override
    public String fieldValue(MapValue object, String field) {
        return field.equals("status.successful")
                ? Long.toString(object.map("status").integer("succeeded", 0))
                : super.fieldValue(object, field);
    }
}
