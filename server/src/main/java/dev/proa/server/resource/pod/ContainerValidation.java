package dev.proa.server.resource.pod;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.validation.Errors;
import dev.proa.server.validation.Fields;
import dev.proa.server.validation.Formats;
import dev.proa.server.validation.NameRule;
import dev.proa.server.validation.Path;
import dev.proa.server.validation.Values;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Validates the containers of one pod spec. For one thread. */
final class ContainerValidation {
    private static final String ONE_HANDLER = "may not specify more than 1 handler type";
    private static final String SIDECAR_ONLY = "may not be set for init containers without restartPolicy=Always";

    private final MapValue spec;
    private final Map<String, MapValue> volumes;
    private final Errors errors;
    private final Set<String> names = new HashSet<>();

    ContainerValidation(MapValue spec, Map<String, MapValue> volumes, Errors errors) {
        this.spec = spec;
        this.volumes = volumes;
        this.errors = errors;
    }

    void regular(Path path) {
        ListValue containers = spec.list("containers");
        if (containers.isEmpty()) {
            errors.required(path, "");
            return;
        }
        for (int i = 0; i < containers.size(); i++) {
            MapValue container = containers.map(i);
            Path at = path.index(i);
            common(container, at);
            if (!names.add(container.string("name"))) {
                errors.duplicate(at.child("name"), container.string("name"));
            }
            lifecycleAndProbes(container, at);
            restartPolicy(container, at, false);
        }
        PodValidation.hostPorts(containers, path, errors);
    }

    void init(Path path) {
        ListValue containers = spec.list("initContainers");
        for (int i = 0; i < containers.size(); i++) {
            MapValue container = containers.map(i);
            Path at = path.index(i);
            common(container, at);
            restartPolicy(container, at, true);
            String name = container.string("name");
            if (!name.isEmpty() && !names.add(name)) {
                errors.duplicate(at.child("name"), name);
            }
            PodValidation.hostPorts(ListValue.of(container), path, errors);
            if (container.string("restartPolicy").equals("Always")) {
                lifecycleAndProbes(container, at);
            } else {
                for (String field : new String[] {"lifecycle", "livenessProbe", "readinessProbe", "startupProbe"}) {
                    if (container.get(field) != null) {
                        errors.forbidden(at.child(field), SIDECAR_ONLY);
                    }
                }
                ListValue policies = container.list("resizePolicy");
                for (int p = 0; p < policies.size(); p++) {
                    if (policies.map(p).string("restartPolicy").equals("RestartContainer")) {
                        errors.invalid(
                                at.child("resizePolicy").index(p).child("restartPolicy"),
                                "RestartContainer",
                                "must not be set to 'RestartContainer' for non-sidecar initContainers");
                    }
                }
            }
        }
    }

    void ephemeral(Path path) {
        ListValue containers = spec.list("ephemeralContainers");
        for (int i = 0; i < containers.size(); i++) {
            MapValue container = containers.map(i);
            Path at = path.index(i);
            common(container, at);
            String name = container.string("name");
            if (!names.add(name)) {
                errors.duplicate(at.child("name"), name);
            }
            String target = container.string("targetContainerName");
            if (!target.isEmpty() && !isContainer(target)) {
                errors.notFound(at.child("targetContainerName"), target);
            }
            for (String field :
                    new String[] {"lifecycle", "livenessProbe", "ports", "readinessProbe", "startupProbe"}) {
                if (!Values.isUnset(container.get(field))) {
                    errors.forbidden(at.child(field), "cannot be set for an Ephemeral Container");
                }
            }
            if (!container.map("resources").isEmpty()) {
                errors.forbidden(at.child("resources"), "cannot be set for an Ephemeral Container");
            }
        }
    }

    private boolean isContainer(String name) {
        for (String list : new String[] {"containers", "initContainers"}) {
            for (int i = 0; i < spec.list(list).size(); i++) {
                if (spec.list(list).map(i).string("name").equals(name)) {
                    return true;
                }
            }
        }
        return false;
    }

    private void restartPolicy(MapValue container, Path path, boolean init) {
        Object policy = container.get("restartPolicy");
        if (policy != null) {
            errors.oneOf(path.child("restartPolicy"), policy, "Always", "Never", "OnFailure");
        } else if (!container.list("restartPolicyRules").isEmpty()) {
            errors.required(path.child("restartPolicy"), "must specify restartPolicy when restart rules are used");
            if (init) {
                return;
            }
        }
        ListValue rules = container.list("restartPolicyRules");
        if (rules.size() > 20) {
            errors.tooMany(path.child("restartPolicyRules"), rules.size(), 20);
        }
        for (int i = 0; i < rules.size(); i++) {
            Path at = path.child("restartPolicyRules").index(i);
            errors.oneOf(at.child("action"), rules.map(i).string("action"), "Restart", "RestartAllContainers");
            if (!(rules.map(i).get("exitCodes") instanceof MapValue codes)) {
                errors.required(at.child("exitCodes"), "must be specified");
                continue;
            }
            errors.oneOf(at.child("exitCodes").child("operator"), codes.string("operator"), "In", "NotIn");
            if (codes.list("values").size() > 255) {
                errors.tooMany(
                        at.child("exitCodes").child("values"),
                        codes.list("values").size(),
                        255);
            }
        }
    }

    private void common(MapValue container, Path path) {
        String name = container.string("name");
        if (name.isEmpty()) {
            errors.required(path.child("name"), "");
        } else {
            errors.invalid(path.child("name"), name, Formats.dnsLabel(name));
        }
        String image = container.string("image");
        if (image.isEmpty()) {
            errors.required(path.child("image"), "");
        } else if (!image.equals(image.strip())) {
            errors.invalid(path.child("image"), image, "must not have leading or trailing whitespace");
        }
        errors.oneOf(
                path.child("terminationMessagePolicy"),
                container.string("terminationMessagePolicy"),
                "File",
                "FallbackToLogsOnError");
        ports(container.list("ports"), path.child("ports"));
        env(container.list("env"), path.child("env"));
        envFrom(container.list("envFrom"), path.child("envFrom"));
        MountValidation.mounts(container, volumes, path.child("volumeMounts"), errors);
        MountValidation.devices(container, volumes, path.child("volumeDevices"), errors);
        errors.oneOf(
                path.child("imagePullPolicy"), container.string("imagePullPolicy"), "Always", "IfNotPresent", "Never");
        ResourceRequirementsValidation.check(
                container.map("resources"), PodResourceValidation.claimNames(spec), path.child("resources"), errors);
        resizePolicy(container.list("resizePolicy"), path.child("resizePolicy"));
        SecurityValidation.container(
                container.map("securityContext"),
                !Boolean.FALSE.equals(spec.get("hostUsers")),
                path.child("securityContext"),
                errors);
    }

    private void ports(ListValue ports, Path path) {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < ports.size(); i++) {
            MapValue port = ports.map(i);
            Path at = path.index(i);
            String name = port.string("name");
            if (!name.isEmpty()) {
                if (!Formats.portName(name).isEmpty()) {
                    errors.invalid(at.child("name"), name, Formats.portName(name));
                } else if (!seen.add(name)) {
                    errors.duplicate(at.child("name"), name);
                }
            }
            long number = port.integer("containerPort", 0);
            if (number == 0) {
                errors.required(at.child("containerPort"), "");
            } else {
                errors.invalid(at.child("containerPort"), number, Formats.portNumber(number));
            }
            long host = port.integer("hostPort", 0);
            if (host != 0) {
                errors.invalid(at.child("hostPort"), host, Formats.portNumber(host));
            }
            if (port.string("protocol").isEmpty()) {
                errors.required(at.child("protocol"), "");
            } else {
                errors.oneOf(at.child("protocol"), port.string("protocol"), "SCTP", "TCP", "UDP");
            }
        }
    }

    private void env(ListValue env, Path path) {
        for (int i = 0; i < env.size(); i++) {
            MapValue variable = env.map(i);
            Path at = path.index(i);
            String name = variable.string("name");
            if (name.isEmpty()) {
                errors.required(at.child("name"), "");
            } else {
                errors.invalid(at.child("name"), name, Formats.envName(name));
            }
            if (variable.get("valueFrom") instanceof MapValue from) {
                valueFrom(from, !variable.string("value").isEmpty(), at.child("valueFrom"));
            }
        }
    }

    private void valueFrom(MapValue from, boolean hasValue, Path path) {
        int sources = 0;
        if (from.get("fieldRef") instanceof MapValue ref) {
            sources++;
            DownwardApiValidation.env(ref, path.child("fieldRef"), errors);
        }
        if (from.get("resourceFieldRef") instanceof MapValue ref) {
            sources++;
            DownwardApiValidation.resource(ref, path.child("resourceFieldRef"), false, errors);
        }
        for (String kind : new String[] {"configMapKeyRef", "secretKeyRef"}) {
            if (from.get(kind) instanceof MapValue ref) {
                sources++;
                Path at = path.child(kind);
                errors.invalid(at.child("name"), ref.string("name"), Formats.dnsSubdomain(ref.string("name")));
                if (ref.string("key").isEmpty()) {
                    errors.required(at.child("key"), "");
                } else {
                    errors.invalid(at.child("key"), ref.string("key"), Formats.configKey(ref.string("key")));
                }
            }
        }
        if (from.get("fileKeyRef") instanceof MapValue ref) {
            sources++;
            fileKey(new Fields(ref, path.child("fileKeyRef"), errors));
        }
        if (sources == 0) {
            errors.invalid(
                    path,
                    "",
                    "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`");
        } else if (hasValue) {
            errors.invalid(path, "", "may not be specified when `value` is not empty");
        } else if (sources > 1) {
            errors.invalid(path, "", "may not have more than one field specified at a time");
        }
    }

    /** Validates an environment variable from a file of an {@code emptyDir} volume. */
    private void fileKey(Fields ref) {
        ref.requiredForm("key", Formats::envName);
        ref.requiredForm("volumeName", Formats::dnsLabel);
        if (ref.required("path")) {
            VolumeValidation.noBacksteps(ref.text("path"), ref.at("path"), errors);
        }
        for (int i = 0; i < spec.list("volumes").size(); i++) {
            MapValue volume = spec.list("volumes").map(i);
            if (volume.string("name").equals(ref.text("volumeName"))) {
                if (!volume.has("emptyDir")) {
                    ref.invalid("volumeName", "referenced volume must be of type emptyDir");
                }
                return;
            }
        }
        errors.notFound(ref.at("volumeName"), ref.text("volumeName"));
    }

    private void envFrom(ListValue envFrom, Path path) {
        for (int i = 0; i < envFrom.size(); i++) {
            MapValue from = envFrom.map(i);
            Path at = path.index(i);
            String prefix = from.string("prefix");
            if (!prefix.isEmpty()) {
                errors.invalid(at.child("prefix"), prefix, Formats.envName(prefix));
            }
            int sources = 0;
            for (String kind : new String[] {"configMapRef", "secretRef"}) {
                if (from.get(kind) instanceof MapValue ref) {
                    sources++;
                    String name = ref.string("name");
                    if (name.isEmpty()) {
                        errors.required(at.child(kind).child("name"), "");
                    } else {
                        errors.invalid(at.child(kind).child("name"), name, NameRule.SUBDOMAIN.check(name, true));
                    }
                }
            }
            if (sources == 0) {
                errors.invalid(path, "", "must specify one of: `configMapRef` or `secretRef`");
            } else if (sources > 1) {
                errors.invalid(path, "", "may not have more than one field specified at a time");
            }
        }
    }

    private void resizePolicy(ListValue policies, Path path) {
        Set<String> resources = new HashSet<>();
        for (int i = 0; i < policies.size(); i++) {
            String resource = policies.map(i).string("resourceName");
            String policy = policies.map(i).string("restartPolicy");
            if (!resources.add(resource)) {
                errors.duplicate(path.index(i), resource);
            }
            if (resource.isEmpty()) {
                errors.required(path, "");
            } else {
                errors.oneOf(path, resource, "cpu", "memory");
            }
            if (policy.isEmpty()) {
                errors.required(path, "");
            } else {
                errors.oneOf(path, policy, "NotRequired", "RestartContainer");
            }
            if (spec.string("restartPolicy").equals("Never") && !policy.equals("NotRequired")) {
                errors.invalid(path, policy, "must be 'NotRequired' when pod `restartPolicy` is 'Never'");
            }
        }
    }

    private void lifecycleAndProbes(MapValue container, Path path) {
        MapValue lifecycle = container.map("lifecycle");
        for (String hook : new String[] {"postStart", "preStop"}) {
            if (lifecycle.get(hook) instanceof MapValue handler) {
                handler(handler, path.child("lifecycle").child(hook));
            }
        }
        for (String kind : new String[] {"livenessProbe", "readinessProbe", "startupProbe"}) {
            if (container.get(kind) instanceof MapValue probe) {
                probe(probe, kind, path.child(kind));
            }
        }
    }

    private void probe(MapValue probe, String kind, Path path) {
        handler(probe, path);
        for (String name : new String[] {
            "initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"
        }) {
            errors.notNegative(path.child(name), probe.get(name));
        }
        boolean readiness = kind.equals("readinessProbe");
        if (probe.get("terminationGracePeriodSeconds") instanceof Long seconds) {
            if (seconds <= 0) {
                errors.invalid(path.child("terminationGracePeriodSeconds"), seconds, "must be greater than 0");
            }
            if (readiness) {
                errors.invalid(
                        path.child("terminationGracePeriodSeconds"), seconds, "must not be set for readinessProbes");
            }
        }
        long successes = probe.integer("successThreshold", 0);
        if (!readiness && successes != 1) {
            errors.invalid(path.child("successThreshold"), successes, "must be 1");
        }
    }

    private void handler(MapValue handler, Path path) {
        int handlers = 0;
        for (String kind : new String[] {"exec", "httpGet", "tcpSocket", "grpc", "sleep"}) {
            if (handler.get(kind) instanceof MapValue action) {
                if (handlers++ > 0) {
                    errors.forbidden(path.child(kind), ONE_HANDLER);
                } else {
                    action(kind, action, path.child(kind));
                }
            }
        }
        if (handlers == 0) {
            errors.required(path, "must specify a handler type");
        }
    }

    private void action(String kind, MapValue action, Path path) {
        switch (kind) {
            case "exec" -> {
                if (action.list("command").isEmpty()) {
                    errors.required(path.child("command"), "");
                }
            }
            case "httpGet" -> {
                if (action.string("path").isEmpty()) {
                    errors.required(path.child("path"), "");
                }
                Formats.portNumberOrName(path.child("port"), action.get("port"), errors);
                errors.oneOf(path.child("scheme"), action.string("scheme"), "HTTP", "HTTPS");
                for (int i = 0; i < action.list("httpHeaders").size(); i++) {
                    String name = action.list("httpHeaders").map(i).string("name");
                    errors.invalid(path.child("httpHeaders"), name, Formats.httpHeaderName(name));
                }
            }
            case "sleep" -> {
                long seconds = action.integer("seconds", 0);
                long grace = spec.integer("terminationGracePeriodSeconds", 0);
                if (seconds < 0 || seconds > grace) {
                    errors.invalid(
                            path,
                            seconds,
                            "must be non-negative and less than terminationGracePeriodSeconds (" + grace + ")");
                }
            }
            default -> Formats.portNumberOrName(path.child("port"), action.get("port"), errors);
        }
    }
}
