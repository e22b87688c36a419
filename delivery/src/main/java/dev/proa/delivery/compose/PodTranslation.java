package dev.proa.delivery.compose;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.delivery.config.Located;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Translates how a service runs: user, rights, resources, host names and the like. */
final class PodTranslation {
    private final Located service;
    private final Notes notes;
    private MapValue pod = MapValue.EMPTY;
    private MapValue container = MapValue.EMPTY;

    PodTranslation(Located service, Notes notes) {
        this.service = service;
        this.notes = notes;
    }

    /** Adds all to a pod with one container. */
    MapValue apply(MapValue given) {
        pod = given;
        container = given.list("containers").map(0);
        security();
        resources();
        hostNames();
        lifecycle();
        copyText("working_dir", "workingDir");
        copyFlag("stdin_open", "stdin");
        copyFlag("tty", "tty");
        pullPolicy();
        String platform = service.get("platform").text("");
        if (platform.contains("/")) {
            String[] parts = platform.split("/");
            pod = pod.with("nodeSelector", MapValue.of("kubernetes.io/os", parts[0], "kubernetes.io/arch", parts[1]));
        }
        notes.add(service.get("init"), "is not translated: the first process of the image is the container's");
        return pod.with("containers", given.list("containers").with(0, container));
    }

    private void copyText(String from, String to) {
        if (service.get(from).present()) {
            container = container.with(to, service.get(from).text(""));
        }
    }

    private void copyFlag(String from, String to) {
        if (service.get(from).bool(false)) {
            container = container.with(to, true);
        }
    }

    private void pullPolicy() {
        Located policy = service.get("pull_policy");
        switch (policy.text("")) {
            case "" -> {}
            case "always" -> container = container.with("imagePullPolicy", "Always");
            case "never" -> container = container.with("imagePullPolicy", "Never");
            case "missing", "if_not_present", "build" -> container = container.with("imagePullPolicy", "IfNotPresent");
            default -> notes.add(policy, "is not translated");
        }
    }

    private void security() {
        MapValue context = MapValue.EMPTY;
        Located user = service.get("user");
        if (user.text("").matches("\\d{1,9}(:\\d{1,9})?")) {
            String[] parts = user.text("").split(":");
            context = context.with("runAsUser", Long.parseLong(parts[0]));
            context = parts.length == 1 ? context : context.with("runAsGroup", Long.parseLong(parts[1]));
        } else {
            notes.add(user, "is not translated: Kubernetes takes numbers of users, not names");
        }
        if (service.get("privileged").bool(false)) {
            context = context.with("privileged", true);
        }
        if (service.get("read_only").bool(false)) {
            context = context.with("readOnlyRootFilesystem", true);
        }
        MapValue capabilities = MapValue.EMPTY;
        for (Map.Entry<String, String> side :
                Map.of("cap_add", "add", "cap_drop", "drop").entrySet()) {
            List<String> names = service.get(side.getKey()).texts();
            if (!names.isEmpty()) {
                capabilities = capabilities.with(
                        side.getValue(),
                        ListValue.copyOf(names.stream()
                                .map(name -> name.replaceFirst("^CAP_", ""))
                                .toList()));
            }
        }
        if (!capabilities.isEmpty()) {
            context = context.with("capabilities", capabilities);
        }
        if (!context.isEmpty()) {
            container = container.with("securityContext", context);
        }
        podSecurity();
    }

    private void podSecurity() {
        MapValue context = MapValue.EMPTY;
        List<Object> groups = new ArrayList<>();
        for (Located group : service.get("group_add").items()) {
            if (group.text("").matches("\\d{1,9}")) {
                groups.add(Long.parseLong(group.text("")));
            } else {
                notes.add(group, "is not translated: Kubernetes takes numbers of groups, not names");
            }
        }
        if (!groups.isEmpty()) {
            context = context.with("supplementalGroups", ListValue.copyOf(groups));
        }
        List<MapValue> sysctls = new ArrayList<>();
        ComposeValues.entries(service.get("sysctls"))
                .forEach((name, value) -> sysctls.add(MapValue.of("name", name, "value", value.text(""))));
        if (!sysctls.isEmpty()) {
            context = context.with("sysctls", ListValue.copyOf(sysctls));
        }
        if (!context.isEmpty()) {
            pod = pod.with("securityContext", context);
        }
    }

    private void resources() {
        Located deployed = service.get("deploy").get("resources");
        MapValue limits = MapValue.EMPTY;
        MapValue requests = MapValue.EMPTY;
        Located memory = first(deployed.get("limits").get("memory"), service.get("mem_limit"));
        Located cpus = first(deployed.get("limits").get("cpus"), service.get("cpus"));
        Located reserved = first(deployed.get("reservations").get("memory"), service.get("mem_reservation"));
        Located reservedCpus = deployed.get("reservations").get("cpus");
        limits = memory.present() ? limits.with("memory", ComposeValues.bytes(memory)) : limits;
        limits = cpus.present() ? limits.with("cpu", ComposeValues.cpus(cpus)) : limits;
        requests = reserved.present() ? requests.with("memory", ComposeValues.bytes(reserved)) : requests;
        requests = reservedCpus.present() ? requests.with("cpu", ComposeValues.cpus(reservedCpus)) : requests;
        notes.add(deployed.get("limits").get("pids"), "is not translated");
        notes.add(deployed.get("reservations").get("devices"), "is not translated");
        MapValue resources = MapValue.EMPTY;
        resources = limits.isEmpty() ? resources : resources.with("limits", limits);
        resources = requests.isEmpty() ? resources : resources.with("requests", requests);
        if (!resources.isEmpty()) {
            container = container.with("resources", resources);
        }
    }

    private static Located first(Located one, Located other) {
        return one.present() ? one : other;
    }

    private void hostNames() {
        Located hostname = service.get("hostname");
        if (hostname.present()) {
            pod = pod.with("hostname", ComposeValues.label(hostname.text("")));
        }
        List<MapValue> aliases = new ArrayList<>();
        Located hosts = service.get("extra_hosts");
        for (Located item : hosts.value() instanceof MapValue
                ? hosts.fields().entrySet().stream()
                        .map(entry -> entry.getValue()
                                .with(entry.getKey() + "=" + entry.getValue().text("")))
                        .toList()
                : hosts.items()) {
            String[] parts = item.text("").split("[=:]", 2);
            if (parts.length < 2 || parts[1].equals("host-gateway")) {
                notes.add(item, "is not translated: pods do not see the machine that Compose runs on");
            } else {
                aliases.add(
                        MapValue.of("ip", parts[1].replaceAll("[\\[\\]]", ""), "hostnames", ListValue.of(parts[0])));
            }
        }
        if (!aliases.isEmpty()) {
            pod = pod.with("hostAliases", ListValue.copyOf(aliases));
        }
        MapValue dns = MapValue.EMPTY;
        for (Map.Entry<String, String> side :
                Map.of("dns", "nameservers", "dns_search", "searches").entrySet()) {
            List<String> values = ComposeValues.texts(service.get(side.getKey()));
            dns = values.isEmpty() ? dns : dns.with(side.getValue(), ListValue.copyOf(values));
        }
        List<MapValue> options = service.get("dns_opt").texts().stream()
                .map(option -> option.split(":", 2))
                .map(parts -> parts.length == 1
                        ? MapValue.of("name", parts[0])
                        : MapValue.of("name", parts[0], "value", parts[1]))
                .toList();
        dns = options.isEmpty() ? dns : dns.with("options", ListValue.copyOf(options));
        if (!dns.isEmpty()) {
            pod = pod.with("dnsConfig", dns);
        }
        host("network_mode", "hostNetwork");
        host("pid", "hostPID");
        host("ipc", "hostIPC");
    }

    private void host(String from, String to) {
        Located mode = service.get(from);
        if (mode.text("").equals("host")) {
            pod = pod.with(to, true);
        } else if (!List.of("", "bridge", "shareable", "private").contains(mode.text(""))) {
            notes.add(mode, "is not translated");
        }
    }

    private void lifecycle() {
        Located grace = service.get("stop_grace_period");
        if (grace.present()) {
            pod = pod.with("terminationGracePeriodSeconds", ComposeValues.seconds(grace, 30));
        }
        for (Map.Entry<String, String> hook :
                Map.of("post_start", "postStart", "pre_stop", "preStop").entrySet()) {
            List<Located> commands = service.get(hook.getKey()).items();
            if (!commands.isEmpty()) {
                MapValue exec = MapValue.of(
                        "exec",
                        MapValue.of(
                                "command",
                                ListValue.copyOf(
                                        ComposeValues.words(commands.getFirst().get("command")))));
                container = container.withMap("lifecycle", lifecycle -> lifecycle.with(hook.getValue(), exec));
            }
            if (commands.size() > 1) {
                notes.add(commands.get(1), "is not translated: a container has one such command");
            }
        }
    }
}
