package dev.proa.server.table;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Cells of the smaller groups. */
final class OtherCells {
    private OtherCells() {}

    static TableFormat.@Nullable Cells of(String resource) {
        return switch (resource) {
            case "ingresses", "ingressclasses", "networkpolicies", "ipaddresses", "servicecidrs", "endpointslices" ->
                network(resource);
            case "rolebindings", "clusterrolebindings" -> OtherCells::roleBinding;
            case "csidrivers", "csinodes", "storageclasses", "volumeattachments", "volumeattributesclasses" ->
                storage(resource);
            case "mutatingwebhookconfigurations",
                    "validatingwebhookconfigurations",
                    "validatingadmissionpolicies",
                    "mutatingadmissionpolicies",
                    "validatingadmissionpolicybindings",
                    "mutatingadmissionpolicybindings" -> admission(resource);
            case "deviceclasses", "resourceclaims", "resourceclaimtemplates", "resourceslices" -> device(resource);
            case "flowschemas" -> OtherCells::flowSchema;
            case "prioritylevelconfigurations" -> OtherCells::priorityLevel;
            case "apiservices" -> OtherCells::apiService;
            case "certificatesigningrequests" -> OtherCells::signingRequest;
            case "priorityclasses" ->
                (object, now) -> ListValue.of(
                        Text.name(object),
                        object.integer("value", 0),
                        object.bool("globalDefault"),
                        Text.age(object, now),
                        object.string("preemptionPolicy"));
            case "leases" ->
                (object, now) -> ListValue.of(
                        Text.name(object), object.map("spec").string("holderIdentity"), Text.age(object, now));
            case "runtimeclasses" ->
                (object, now) -> ListValue.of(Text.name(object), object.string("handler"), Text.age(object, now));
            default -> null;
        };
    }

    private static TableFormat.@Nullable Cells network(String resource) {
        return switch (resource) {
            case "ingresses" ->
                (object, now) -> {
                    MapValue spec = object.map("spec");
                    return ListValue.of(
                            Text.name(object),
                            Text.or(spec.get("ingressClassName"), Text.NONE),
                            hosts(spec.list("rules")),
                            String.join(
                                    ",",
                                    CoreCells.balancers(object.map("status")
                                            .map("loadBalancer")
                                            .list("ingress"))),
                            spec.list("tls").isEmpty() ? "80" : "80, 443",
                            Text.age(object, now));
                };
            case "ingressclasses" ->
                (object, now) -> {
                    MapValue spec = object.map("spec");
                    MapValue parameters = spec.map("parameters");
                    String group = parameters.string("apiGroup");
                    return ListValue.of(
                            defaultName(object, "ingressclass.kubernetes.io/is-default-class"),
                            spec.string("controller"),
                            parameters.isEmpty()
                                    ? Text.NONE
                                    : parameters.string("kind") + (group.isEmpty() ? "" : "." + group) + "/"
                                            + parameters.string("name"),
                            Text.age(object, now));
                };
            case "networkpolicies" ->
                (object, now) -> ListValue.of(
                        Text.name(object), Text.selector(object.map("spec").get("podSelector")), Text.age(object, now));
            case "ipaddresses" ->
                (object, now) -> ListValue.of(Text.name(object), parent(object), Text.age(object, now));
            case "servicecidrs" ->
                (object, now) -> ListValue.of(
                        Text.name(object),
                        Text.join(Text.strings(object.map("spec").list("cidrs"))),
                        Text.age(object, now));
            case "endpointslices" ->
                (object, now) -> ListValue.of(
                        Text.name(object),
                        object.string("addressType"),
                        slicePorts(object.list("ports")),
                        sliceEndpoints(object.list("endpoints")),
                        Text.age(object, now));
            default -> null;
        };
    }

    /** The name of an object, and whether it is the one that is taken when none is named. */
    private static String defaultName(MapValue object, String annotation) {
        boolean isDefault =
                object.map("metadata").map("annotations").string(annotation).equals("true");
        return Text.name(object) + (isDefault ? " (default)" : "");
    }

    private static String hosts(ListValue rules) {
        List<String> hosts = new ArrayList<>();
        boolean more = false;
        for (int i = 0; i < rules.size(); i++) {
            more |= hosts.size() == 3;
            String host = rules.map(i).string("host");
            if (!more && !host.isEmpty()) {
                hosts.add(host);
            }
        }
        if (hosts.isEmpty()) {
            return "*";
        }
        return Text.join(hosts) + (more ? " + " + (rules.size() - 3) + " more..." : "");
    }

    private static String parent(MapValue address) {
        MapValue ref = address.map("spec").map("parentRef");
        if (ref.isEmpty()) {
            return Text.NONE;
        }
        String group = ref.string("group");
        String resource = (ref.string("resource") + (group.isEmpty() ? "" : "." + group)).toLowerCase(Locale.ROOT);
        String namespace = ref.string("namespace");
        return resource + (namespace.isEmpty() ? "" : "/" + namespace) + "/" + ref.string("name");
    }

    private static String slicePorts(ListValue ports) {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < ports.size(); i++) {
            MapValue port = ports.map(i);
            texts.add(
                    port.get("port") != null ? Long.toString(port.integer("port", 0)) : Text.or(port.get("name"), "*"));
        }
        return Text.or(Text.some(texts, 3), Text.UNSET);
    }

    private static String sliceEndpoints(ListValue endpoints) {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < endpoints.size(); i++) {
            texts.addAll(Text.strings(endpoints.map(i).list("addresses")));
        }
        return Text.or(Text.some(texts, 3), Text.UNSET);
    }

    private static ListValue roleBinding(MapValue binding, Instant now) {
        MapValue ref = binding.map("roleRef");
        List<String> users = new ArrayList<>();
        List<String> groups = new ArrayList<>();
        List<String> accounts = new ArrayList<>();
        ListValue subjects = binding.list("subjects");
        for (int i = 0; i < subjects.size(); i++) {
            MapValue subject = subjects.map(i);
            switch (subject.string("kind")) {
                case "User" -> users.add(subject.string("name"));
                case "Group" -> groups.add(subject.string("name"));
                case "ServiceAccount" -> accounts.add(subject.string("namespace") + "/" + subject.string("name"));
                default -> {}
            }
        }
        return ListValue.of(
                Text.name(binding),
                ref.string("kind") + "/" + ref.string("name"),
                Text.age(binding, now),
                String.join(", ", users),
                String.join(", ", groups),
                String.join(", ", accounts));
    }

    private static TableFormat.@Nullable Cells storage(String resource) {
        return switch (resource) {
            case "csidrivers" -> OtherCells::csiDriver;
            case "csinodes" ->
                (object, now) -> ListValue.of(
                        Text.name(object),
                        (long) object.map("spec").list("drivers").size(),
                        Text.age(object, now));
            case "storageclasses" ->
                (object, now) -> {
                    MapValue annotations = object.map("metadata").map("annotations");
                    boolean beta = annotations
                            .string("storageclass.beta.kubernetes.io/is-default-class")
                            .equals("true");
                    String name = defaultName(object, "storageclass.kubernetes.io/is-default-class");
                    return ListValue.of(
                            beta && !name.endsWith(")") ? name + " (default)" : name,
                            object.string("provisioner"),
                            Text.or(object.get("reclaimPolicy"), "Delete"),
                            Text.or(object.get("volumeBindingMode"), "Immediate"),
                            object.bool("allowVolumeExpansion"),
                            Text.age(object, now));
                };
            case "volumeattachments" ->
                (object, now) -> {
                    MapValue spec = object.map("spec");
                    return ListValue.of(
                            Text.name(object),
                            spec.string("attacher"),
                            spec.map("source").string("persistentVolumeName"),
                            spec.string("nodeName"),
                            object.map("status").bool("attached"),
                            Text.age(object, now));
                };
            case "volumeattributesclasses" ->
                (object, now) -> ListValue.of(
                        defaultName(object, "storageclass.kubernetes.io/is-default-class"),
                        object.string("driverName"),
                        Text.age(object, now));
            default -> null;
        };
    }

    private static ListValue csiDriver(MapValue driver, Instant now) {
        MapValue spec = driver.map("spec");
        List<String> audiences = new ArrayList<>();
        for (int i = 0; i < spec.list("tokenRequests").size(); i++) {
            audiences.add(spec.list("tokenRequests").map(i).string("audience"));
        }
        return ListValue.of(
                Text.name(driver),
                !Boolean.FALSE.equals(spec.get("attachRequired")),
                spec.bool("podInfoOnMount"),
                spec.bool("storageCapacity"),
                spec.get("tokenRequests") == null ? Text.UNSET : Text.join(audiences),
                spec.bool("requiresRepublish"),
                Text.or(Text.join(Text.strings(spec.list("volumeLifecycleModes"))), Text.NONE),
                Text.age(driver, now));
    }

    private static TableFormat.@Nullable Cells admission(String resource) {
        return switch (resource) {
            case "mutatingwebhookconfigurations", "validatingwebhookconfigurations" ->
                (object, now) -> ListValue.of(
                        Text.name(object), (long) object.list("webhooks").size(), Text.age(object, now));
            case "validatingadmissionpolicies", "mutatingadmissionpolicies" ->
                (object, now) -> {
                    MapValue spec = object.map("spec");
                    MapValue kind = spec.map("paramKind");
                    int count = spec.list("validations").size()
                            + spec.list("mutations").size();
                    return ListValue.of(
                            Text.name(object),
                            (long) count,
                            kind.isEmpty() ? Text.UNSET : kind.string("apiVersion") + "/" + kind.string("kind"),
                            Text.age(object, now));
                };
            default ->
                (object, now) -> {
                    MapValue spec = object.map("spec");
                    MapValue ref = spec.map("paramRef");
                    String name = ref.string("name");
                    String parameter = name.isEmpty()
                            ? Text.or(Text.requirements(ref.get("selector")), Text.UNSET)
                            : Text.or(ref.string("namespace"), "*") + "/" + name;
                    return ListValue.of(Text.name(object), spec.string("policyName"), parameter, Text.age(object, now));
                };
        };
    }

    private static TableFormat.@Nullable Cells device(String resource) {
        return switch (resource) {
            case "resourceclaims" ->
                (object, now) -> ListValue.of(Text.name(object), claimState(object), Text.age(object, now));
            case "resourceslices" ->
                (object, now) -> {
                    MapValue spec = object.map("spec");
                    return ListValue.of(
                            Text.name(object),
                            spec.string("nodeName"),
                            spec.string("driver"),
                            spec.map("pool").string("name"),
                            Text.age(object, now));
                };
            default -> (object, now) -> ListValue.of(Text.name(object), Text.age(object, now));
        };
    }

    private static String claimState(MapValue claim) {
        MapValue status = claim.map("status");
        boolean deleted = claim.map("metadata").get("deletionTimestamp") != null;
        List<String> states = new ArrayList<>();
        if (deleted) {
            states.add("deleted");
        }
        if (status.get("allocation") != null) {
            states.add("allocated");
            if (!status.list("reservedFor").isEmpty()) {
                states.add("reserved");
            }
        } else if (!deleted) {
            states.add("pending");
        }
        return Text.join(states);
    }

    private static ListValue flowSchema(MapValue schema, Instant now) {
        MapValue spec = schema.map("spec");
        return ListValue.of(
                Text.name(schema),
                spec.map("priorityLevelConfiguration").string("name"),
                spec.integer("matchingPrecedence", 0),
                Text.or(spec.map("distinguisherMethod").get("type"), Text.NONE),
                Text.age(schema, now),
                condition(schema, "Dangling", "?"));
    }

    private static String condition(MapValue object, String type, String otherwise) {
        ListValue conditions = object.map("status").list("conditions");
        for (int i = 0; i < conditions.size(); i++) {
            if (conditions.map(i).string("type").equals(type)) {
                return conditions.map(i).string("status");
            }
        }
        return otherwise;
    }

    private static ListValue priorityLevel(MapValue level, Instant now) {
        MapValue spec = level.map("spec");
        MapValue limited = spec.map("limited");
        MapValue queuing = limited.map("limitResponse").map("queuing");
        return ListValue.of(
                Text.name(level),
                spec.string("type"),
                orNone(limited.get("nominalConcurrencyShares")),
                orNone(queuing.get("queues")),
                orNone(queuing.get("handSize")),
                orNone(queuing.get("queueLengthLimit")),
                Text.age(level, now));
    }

    private static Object orNone(@Nullable Object value) {
        return value == null ? Text.NONE : value;
    }

    private static ListValue apiService(MapValue service, Instant now) {
        MapValue reference = service.map("spec").map("service");
        String available = "Unknown";
        ListValue conditions = service.map("status").list("conditions");
        for (int i = 0; i < conditions.size(); i++) {
            MapValue condition = conditions.map(i);
            if (condition.string("type").equals("Available")) {
                available = condition.string("status").equals("True")
                        ? "True"
                        : condition.string("status") + " (" + condition.string("reason") + ")";
            }
        }
        return ListValue.of(
                Text.name(service),
                reference.isEmpty() ? "Local" : reference.string("namespace") + "/" + reference.string("name"),
                available,
                Text.age(service, now));
    }

    private static ListValue signingRequest(MapValue request, Instant now) {
        MapValue spec = request.map("spec");
        MapValue status = request.map("status");
        String state = "Pending";
        boolean failed = false;
        boolean denied = false;
        for (int i = 0; i < status.list("conditions").size(); i++) {
            switch (status.list("conditions").map(i).string("type")) {
                case "Approved" -> state = denied ? state : "Approved";
                case "Denied" -> {
                    denied = true;
                    state = "Denied";
                }
                case "Failed" -> failed = true;
                default -> {}
            }
        }
        String issued = status.string("certificate").isEmpty() ? "" : ",Issued";
        return ListValue.of(
                Text.name(request),
                Text.age(request, now),
                Text.or(spec.string("signerName"), Text.NONE),
                spec.string("username"),
                spec.get("expirationSeconds") instanceof Long seconds
                        ? Text.duration(Duration.ofSeconds(seconds))
                        : Text.NONE,
                state + (failed ? ",Failed" : "") + issued);
    }
}
