package dev.proa.delivery.compose;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.delivery.config.Located;
import dev.proa.delivery.source.ImageBuild;
import dev.proa.delivery.source.ManifestSource.Setting;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Translates one service of a Compose file to a Deployment (a Job if it is never restarted) and Services. */
final class ServiceTranslation {
    private static final String NAME = "app.kubernetes.io/name";
    private static final String PART_OF = "app.kubernetes.io/part-of";
    /** The fields that are translated here, or that only matter to Compose itself. */
    private static final Set<String> KNOWN = Set.of(
            "annotations",
            "build",
            "cap_add",
            "cap_drop",
            "command",
            "configs",
            "container_name",
            "cpus",
            "depends_on",
            "deploy",
            "develop",
            "dns",
            "dns_opt",
            "dns_search",
            "entrypoint",
            "env_file",
            "environment",
            "expose",
            "extends",
            "extra_hosts",
            "group_add",
            "healthcheck",
            "hostname",
            "image",
            "init",
            "ipc",
            "labels",
            "links",
            "mem_limit",
            "mem_reservation",
            "network_mode",
            "networks",
            "pid",
            "platform",
            "ports",
            "post_start",
            "pre_stop",
            "privileged",
            "profiles",
            "pull_policy",
            "read_only",
            "restart",
            "scale",
            "secrets",
            "shm_size",
            "stdin_open",
            "stop_grace_period",
            "sysctls",
            "tmpfs",
            "tty",
            "user",
            "volumes",
            "working_dir",
            "attach");

    private final Path project;
    private final ComposeFile.Loaded file;
    private final String name;
    private final Located service;
    private final Setting setting;
    private final Notes notes;
    private final Attachments attachments;
    private final Ports ports;

    ServiceTranslation(
            Path project,
            ComposeFile.Loaded file,
            String name,
            Located service,
            Setting setting,
            Notes notes,
            Attachments attachments) {
        this.project = project;
        this.file = file;
        this.name = ComposeValues.label(name);
        this.service = service;
        this.setting = setting;
        this.notes = notes;
        this.attachments = attachments;
        this.ports = Ports.of(service, notes);
    }

    /** Adds the objects and the build of the service. */
    void into(Map<String, MapValue> objects, List<ImageBuild> builds) {
        service.fields().forEach((field, value) -> {
            if (!KNOWN.contains(field) && !field.startsWith("x-")) {
                notes.add(value, "is not translated");
            }
        });
        String image = image(builds);
        Attachments.Mounts mounts = attachments.of(name, service);
        objects.put("workload/" + name, workload(image, mounts));
        services(objects);
    }

    private String image(List<ImageBuild> builds) {
        Located build = service.get("build");
        String given = service.get("image").text("");
        if (!build.present()) {
            if (given.isEmpty()) {
                throw service.wrong("needs an image or a build");
            }
            return given;
        }
        int colon = given.lastIndexOf(':');
        String image = given.isEmpty()
                ? ComposeValues.label(setting.name() + "-" + name)
                : colon > given.lastIndexOf('/') ? given.substring(0, colon) : given;
        boolean brief = !(build.value() instanceof MapValue);
        String context = (brief ? build : build.get("context")).text(".");
        if (context.contains("://") || context.startsWith("/") || context.startsWith("..")) {
            throw build.wrong("must have a context in the project's folder, not " + context);
        }
        Map<String, String> arguments = new LinkedHashMap<>();
        if (!brief) {
            ComposeValues.entries(build.get("args")).forEach((key, value) -> {
                String inherited =
                        value.present() ? value.text("") : file.environment().get(key);
                if (inherited != null) {
                    arguments.put(key, inherited);
                }
            });
            build.fields().forEach((field, value) -> {
                if (!Set.of(
                                "context",
                                "dockerfile",
                                "args",
                                "target",
                                "labels",
                                "pull",
                                "cache_from",
                                "cache_to",
                                "tags")
                        .contains(field)) {
                    notes.add(value, "is not taken over to the build");
                }
            });
        }
        builds.add(new ImageBuild(
                image,
                project.resolve(file.directory() + context).normalize(),
                brief ? "" : build.get("dockerfile").text(""),
                brief ? "" : build.get("target").text(""),
                arguments));
        return image;
    }

    private MapValue labels() {
        return MapValue.of(NAME, name, PART_OF, setting.name());
    }

    private MapValue metadata(String named) {
        return MapValue.of("name", named, "labels", labels());
    }

    private MapValue workload(String image, Attachments.Mounts mounts) {
        MapValue pod = new PodTranslation(service, notes).apply(pod(image, mounts));
        MapValue annotations = annotations();
        MapValue inner = MapValue.of("labels", labels());
        MapValue template = MapValue.of(
                "metadata", annotations.isEmpty() ? inner : inner.with("annotations", annotations), "spec", pod);
        String restart = service.get("restart").text("always");
        if (restart.equals("no") || restart.equals("false")) {
            return MapValue.of(
                    "apiVersion",
                    "batch/v1",
                    "kind",
                    "Job",
                    "metadata",
                    metadata(name),
                    "spec",
                    MapValue.of(
                            "backoffLimit", 0L, "template", template.with("spec", pod.with("restartPolicy", "Never"))));
        }
        if (restart.startsWith("on-failure")) {
            notes.add(
                    service.get("restart"),
                    "is always in a Deployment: it is started again after it has ended without an error, too");
        }
        MapValue spec = MapValue.of(
                "replicas", (long) replicas(), "selector", MapValue.of("matchLabels", labels()), "template", template);
        // Two pods cannot have the same volume at a time, so the old one ends first.
        spec = mounts.anyClaim()
                ? spec.with("strategy", MapValue.of("type", "Recreate"))
                : spec.with(
                        "strategy",
                        MapValue.of(
                                "type",
                                "RollingUpdate",
                                "rollingUpdate",
                                MapValue.of("maxSurge", 1L, "maxUnavailable", 0L)));
        return MapValue.of("apiVersion", "apps/v1", "kind", "Deployment", "metadata", metadata(name), "spec", spec);
    }

    private int replicas() {
        Located deploy = service.get("deploy");
        if (deploy.get("mode").text("").equals("global")) {
            notes.add(deploy.get("mode"), "is not translated: it has the number of replicas that is given");
        }
        for (String field :
                List.of("update_config", "rollback_config", "restart_policy", "placement", "endpoint_mode")) {
            notes.add(deploy.get(field), "is not translated");
        }
        return deploy.get("replicas").number(service.get("scale").number(1, 0, 1000), 0, 1000);
    }

    private MapValue pod(String image, Attachments.Mounts mounts) {
        MapValue container = MapValue.of("name", name, "image", image);
        if (service.get("entrypoint").present()) {
            container = container.with("command", ListValue.copyOf(ComposeValues.words(service.get("entrypoint"))));
        }
        if (service.get("command").present()) {
            container = container.with("args", ListValue.copyOf(ComposeValues.words(service.get("command"))));
        }
        List<MapValue> variables = environment();
        if (!variables.isEmpty()) {
            container = container.with("env", ListValue.copyOf(variables));
        }
        MapValue files = attachments.environmentFiles(name, service);
        if (files != null) {
            container = container.with("envFrom", ListValue.of(files));
        }
        if (!ports.all().isEmpty()) {
            container = container.with("ports", ListValue.copyOf(ports.ofContainer()));
        }
        if (!mounts.mounts().isEmpty()) {
            container = container.with("volumeMounts", mounts.mounts());
        }
        container = Probes.into(container, service.get("healthcheck"), ports, notes);
        if (ports.anyPublished()) {
            // Until all nodes have heard that it ends, requests still come.
            container = container.with(
                    "lifecycle", MapValue.of("preStop", MapValue.of("sleep", MapValue.of("seconds", 2L))));
        }
        MapValue pod = MapValue.of(
                "containers",
                ListValue.of(container),
                "enableServiceLinks",
                false,
                "automountServiceAccountToken",
                false);
        for (Map.Entry<String, Located> need :
                ComposeValues.entries(service.get("depends_on")).entrySet()) {
            if (need.getValue().get("condition").text("").equals("service_completed_successfully")) {
                notes.add(need.getValue(), "is not waited for: it must try until what it needs is there");
            }
        }
        return mounts.volumes().isEmpty() ? pod : pod.with("volumes", mounts.volumes());
    }

    private List<MapValue> environment() {
        List<MapValue> variables = new ArrayList<>();
        ComposeValues.entries(service.get("environment")).forEach((key, value) -> {
            String text = value.present() ? value.text("") : file.environment().get(key);
            if (text != null) {
                variables.add(MapValue.of("name", key, "value", ComposeValues.literal(text)));
            }
        });
        return variables;
    }

    private MapValue annotations() {
        MapValue.Builder all = MapValue.builder();
        for (String field : List.of("labels", "annotations")) {
            ComposeValues.entries(service.get(field)).forEach((key, value) -> {
                if (key.matches("([a-z0-9.-]+/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?")) {
                    all.put(key, value.text(""));
                } else {
                    notes.add(
                            value.present() ? value : service.get(field),
                            "has a name that Kubernetes does not take: " + key);
                }
            });
        }
        return all.build();
    }

    /** The Service under the service's name, and one for each other name that it has. */
    private void services(Map<String, MapValue> objects) {
        Set<String> names = new LinkedHashSet<>(List.of(name));
        for (Located network : service.get("networks").value() instanceof MapValue
                ? service.get("networks").fields().values()
                : List.<Located>of()) {
            network.get("aliases").texts().forEach(alias -> names.add(ComposeValues.label(alias)));
            notes.add(network.get("ipv4_address"), "is not translated: the cluster assigns addresses");
        }
        String container = service.get("container_name").text("");
        if (!container.isEmpty()) {
            names.add(ComposeValues.label(container));
        }
        for (String each : names) {
            objects.putIfAbsent("service/" + each, service(each, each.equals(name)));
        }
        for (Located link : service.get("links").items()) {
            String[] parts = link.text("").split(":", 2);
            if (parts.length == 2 && !parts[0].equals(parts[1])) {
                notes.add(link, "is a name for all: write it as an alias of the network of " + parts[0]);
            }
        }
    }

    private MapValue service(String named, boolean own) {
        MapValue spec = MapValue.of("selector", labels());
        if (ports.all().isEmpty()) {
            // Without ports there can be no address of a service: its name leads to the pods themselves, at any port.
            spec = spec.with("clusterIP", "None");
        } else {
            List<MapValue> all = own
                    ? ports.ofService()
                    : ports.ofService().stream()
                            .map(port -> port.without("nodePort"))
                            .toList();
            spec = spec.with("ports", ListValue.copyOf(all));
            spec = own && ports.anyPublished() ? spec.with("type", "NodePort") : spec;
        }
        return MapValue.of("apiVersion", "v1", "kind", "Service", "metadata", metadata(named), "spec", spec);
    }
}
