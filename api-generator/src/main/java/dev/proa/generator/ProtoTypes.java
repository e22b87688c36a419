package dev.proa.generator;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The messages of {@code client-java-proto} by their full names. */
final class ProtoTypes {
    private static final List<String> FILES = List.of(
            "Meta",
            "Runtime",
            "V1",
            "V1Admission",
            "V1Admissionregistration",
            "V1Apiextensions",
            "V1Apps",
            "V1Authentication",
            "V1Authorization",
            "V1Autoscaling",
            "V1Batch",
            "V1Certificates",
            "V1Coordination",
            "V1Discovery",
            "V1Events",
            "V1Flowcontrol",
            "V1Networking",
            "V1Node",
            "V1Policy",
            "V1Rbac",
            "V1Resource",
            "V1Scheduling",
            "V1Storage",
            "V2Autoscaling");

    private final Map<String, Descriptor> messages = new HashMap<>();

    ProtoTypes() throws ReflectiveOperationException {
        for (String file : FILES) {
            FileDescriptor descriptor = (FileDescriptor) Class.forName("io.kubernetes.client.proto." + file)
                    .getMethod("getDescriptor")
                    .invoke(null);
            for (Descriptor message : descriptor.getMessageTypes()) {
                messages.put(message.getFullName(), message);
            }
        }
    }

    /** The message of a type of the schema; null when the jar does not have it. */
    @Nullable
    Descriptor find(String name) {
        return messages.get(
                name.replaceFirst("^io\\.k8s", "k8s.io").replace("apiextensions-apiserver", "apiextensions_apiserver"));
    }

    /** The fields that lead to a JSON field: one, or several when protobuf has it in an embedded message; none when it is not there. */
    static List<FieldDescriptor> path(Descriptor message, String json) {
        String plain = plain(json);
        for (FieldDescriptor field : message.getFields()) {
            if (plain(field.getName()).equals(plain)) {
                return List.of(field);
            }
        }
        for (FieldDescriptor field : message.getFields()) {
            if (isEmbedded(message, field)) {
                List<FieldDescriptor> inner = path(field.getMessageType(), json);
                if (!inner.isEmpty()) {
                    List<FieldDescriptor> path = new ArrayList<>(List.of(field));
                    path.addAll(inner);
                    return path;
                }
            }
        }
        return List.of();
    }

    /** Go embeds a struct without a name of its own, which JSON flattens and protobuf does not. */
    private static boolean isEmbedded(Descriptor message, FieldDescriptor field) {
        if (field.getJavaType() != FieldDescriptor.JavaType.MESSAGE || field.isRepeated()) {
            return false;
        }
        String type = plain(field.getMessageType().getName());
        String name = plain(field.getName());
        return name.equals(type) && EMBEDDED.contains(name)
                || message.getName().equals("Probe") && name.equals("handler");
    }

    private static final java.util.Set<String> EMBEDDED = java.util.Set.of(
            "volumesource",
            "persistentvolumesource",
            "ephemeralcontainercommon",
            "localobjectreference",
            "secretreference",
            "namedrulewithoperations",
            "rulewithoperations",
            "rule",
            "ingressrulevalue",
            "deviceconfiguration");

    static String numbers(List<FieldDescriptor> path) {
        return path.stream().map(f -> Integer.toString(f.getNumber())).collect(Collectors.joining("."));
    }

    /** The full name in the schema of the message type of the last field; empty when it has none. For a map, that of its values. */
    static String message(List<FieldDescriptor> path) {
        if (path.isEmpty() || path.getLast().getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
            return "";
        }
        FieldDescriptor field = path.getLast();
        Descriptor message = field.isMapField()
                ? field.getMessageType().findFieldByName("value").getMessageType()
                : field.getMessageType();
        return message.getFullName()
                .replaceFirst("^k8s\\.io", "io.k8s")
                .replace("apiextensions_apiserver", "apiextensions-apiserver");
    }

    static boolean isMicroTime(List<FieldDescriptor> path) {
        return !path.isEmpty()
                && path.getLast().getJavaType() == FieldDescriptor.JavaType.MESSAGE
                && path.getLast().getMessageType().getName().equals("MicroTime");
    }

    /** Names are spelt differently here and there ({@code uID}, {@code aPIGroup}, {@code xKubernetes...}): compare their letters. */
    private static String plain(String name) {
        return name.replace("-", "").replace("_", "").replace("$", "").toLowerCase(Locale.ROOT);
    }
}
