package dev.proa.server.resource.extension;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.validation.Errors;
import dev.proa.server.validation.Fields;
import dev.proa.server.validation.Formats;
import dev.proa.server.validation.Path;
import dev.proa.server.webhook.ClientConfig;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Validates custom resource definitions; {@link StructuralSchemaValidation} validates their schemas. */
final class DefinitionValidation {
    private static final String SIMPLE_PATH = "must be a simple json path starting with .";
    private static final String MIXED_CASE = "may have mixed case, but should otherwise match: ";
    private static final String NOT_WEBHOOK = "should not be set when strategy is not set to Webhook";
    private static final String COLUMN_TYPES = "must be one of boolean,date,integer,number,string";

    private DefinitionValidation() {}

    static void check(MapValue definition, @Nullable MapValue old, Errors errors) {
        Fields spec = Fields.of(definition, "spec", errors);
        Fields names = spec.in("names");
        String name = definition.map("metadata").string("name");
        if (!name.isEmpty() && !name.equals(names.text("plural") + "." + spec.text("group"))) {
            errors.invalid(Path.of("metadata").child("name"), name, "must be spec.names.plural+\".\"+spec.group");
        }
        if (spec.required("group")) {
            List<String> wrong = Formats.dnsSubdomain(spec.text("group"));
            if (!wrong.isEmpty()) {
                spec.invalid("group", String.join(",", wrong));
            } else if (spec.text("group").indexOf('.') < 0) {
                spec.invalid("group", "should be a domain with at least one dot");
            }
        }
        spec.requiredOneOf("scope", "Cluster", "Namespaced");
        names(names);
        versions(spec, old);
        conversion(spec.in("conversion"));
        if (old != null) {
            bundle(spec.in("conversion"), old);
        }
        if (spec.map.bool("preserveUnknownFields")) {
            spec.invalid(
                    "preserveUnknownFields",
                    "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead");
            if (versionsHaveDefaults(spec.map.list("versions"))) {
                spec.invalid("preserveUnknownFields", "must be false in order to use defaults in the schema");
            }
        }
        if (old != null) {
            spec.immutable("group", old.map("spec"));
            spec.immutable("scope", old.map("spec"));
        }
    }

    private static boolean versionsHaveDefaults(ListValue versions) {
        for (int i = 0; i < versions.size(); i++) {
            if (StructuralSchemaValidation.hasDefaults(
                    versions.map(i).map("schema").map("openAPIV3Schema"))) {
                return true;
            }
        }
        return false;
    }

    private static void names(Fields names) {
        for (String name : new String[] {"plural", "singular", "kind", "listKind"}) {
            names.required(name);
            String text = names.text(name);
            boolean kind = name.equals("kind") || name.equals("listKind");
            List<String> wrong = Formats.dns1035Label(kind ? text.toLowerCase(Locale.ROOT) : text);
            if (!text.isEmpty() && !wrong.isEmpty()) {
                names.invalid(name, (kind ? MIXED_CASE : "") + String.join(",", wrong));
            }
        }
        if (!names.text("kind").isEmpty() && names.text("kind").equals(names.text("listKind"))) {
            names.invalid("listKind", "kind and listKind may not be the same");
        }
        for (String list : new String[] {"shortNames", "categories"}) {
            names.eachText(list, (name, path) -> label(name, path, names.errors));
        }
    }

    private static void label(String name, Path path, Errors errors) {
        List<String> wrong = Formats.dns1035Label(name);
        if (!wrong.isEmpty()) {
            errors.invalid(path, name, String.join(",", wrong));
        }
    }

    private static void versions(Fields spec, @Nullable MapValue old) {
        ListValue before = old == null ? ListValue.EMPTY : old.map("spec").list("versions");
        Errors errors = spec.errors;
        ListValue versions = spec.map.list("versions");
        Set<String> seen = new HashSet<>();
        List<String> stored = new ArrayList<>();
        boolean unique = true;
        for (int i = 0; i < versions.size(); i++) {
            Fields version = new Fields(versions.map(i), spec.at("versions").index(i), errors);
            unique &= seen.add(version.text("name"));
            if (version.map.bool("storage")) {
                stored.add(version.text("name"));
            }
            label(version.text("name"), version.at("name"), errors);
            version(version, known(version, before));
        }
        if (!unique) {
            spec.invalid("versions", "must contain unique version names");
        }
        if (stored.size() != 1) {
            errors.invalid(spec.at("versions"), versions, "must have exactly one version marked as storage version");
        }
        for (int i = 1; old == null && i < stored.size(); i++) {
            errors.invalid(
                    Path.of("status").child("storedVersions"),
                    ListValue.of(stored.get(0)),
                    "must have the storage version " + stored.get(i));
        }
        if (stored.isEmpty()) {
            errors.invalid(
                    Path.of("status").child("storedVersions"),
                    ListValue.EMPTY,
                    "must have at least one stored version");
        }
        // The name of the first version is the one that definitions had before there were several.
        String first = versions.isEmpty() ? "" : versions.map(0).string("name");
        if (!first.isEmpty()) {
            label(first, spec.at("version"), errors);
        }
    }

    /** Whether a version had the same schema before. */
    private static boolean known(Fields version, ListValue before) {
        for (int i = 0; i < before.size(); i++) {
            if (before.map(i).string("name").equals(version.text("name"))) {
                return before.map(i).map("schema").equals(version.map.map("schema"));
            }
        }
        return false;
    }

    private static void version(Fields version, boolean known) {
        deprecation(version);
        Fields schema = version.in("schema").in("openAPIV3Schema");
        boolean hasSchema = version.in("schema").has("openAPIV3Schema");
        Fields subresources = version.in("subresources");
        if (hasSchema) {
            StructuralSchemaValidation.root(schema, subresources.has("status"), known);
        } else {
            version.errors.required(schema.path, "");
        }
        scale(subresources);
        version.each("additionalPrinterColumns", DefinitionValidation::column);
        if (version.map.list("selectableFields").isEmpty()) {
            return;
        }
        if (hasSchema) {
            selectable(version, schema.map);
        } else {
            version.errors.invalid(
                    version.at("selectableFields"),
                    "",
                    "may only be set when `version.schema.openAPIV3Schema` is not included");
        }
    }

    private static void deprecation(Fields version) {
        String warning = version.text("deprecationWarning");
        if (!version.has("deprecationWarning")) {
            return;
        }
        if (!version.map.bool("deprecated")) {
            version.invalid("deprecationWarning", "can only be set for deprecated versions");
        } else if (warning.isEmpty()) {
            version.invalid("deprecationWarning", "must not be an empty string");
        } else if (warning.length() > 256) {
            version.invalid("deprecationWarning", "must be <= 256 characters long");
        }
    }

    private static void scale(Fields subresources) {
        subresources.in("scale", scale -> {
            scalePath(scale, "specReplicasPath", ".spec.");
            scalePath(scale, "statusReplicasPath", ".status.");
            String selector = scale.text("labelSelectorPath");
            if (!selector.isEmpty() && !selector.startsWith(".")) {
                scale.invalid("labelSelectorPath", SIMPLE_PATH);
            } else if (!selector.isEmpty() && !selector.startsWith(".spec.") && !selector.startsWith(".status.")) {
                scale.invalid("labelSelectorPath", "should be a json path under either .spec or .status");
            }
        });
    }

    private static void scalePath(Fields scale, String name, String start) {
        if (!scale.required(name)) {
            return;
        }
        if (!scale.text(name).startsWith(".")) {
            scale.invalid(name, SIMPLE_PATH);
        } else if (!scale.text(name).startsWith(start)) {
            scale.invalid(name, "should be a json path under " + start.substring(0, start.length() - 1));
        }
    }

    private static void column(Fields column) {
        column.required("name");
        switch (column.text("type")) {
            case "" -> column.errors.required(column.at("type"), COLUMN_TYPES);
            case "boolean", "date", "integer", "number", "string" -> {}
            default -> column.invalid("type", COLUMN_TYPES);
        }
        switch (column.text("format")) {
            case "", "byte", "date", "date-time", "double", "float", "int32", "int64", "password" -> {}
            default -> column.invalid("format", "must be one of byte,date,date-time,double,float,int32,int64,password");
        }
        String path = column.text("jsonPath");
        if (path.isEmpty()) {
            column.errors.required(column.at("JSONPath"), "");
        } else if (!path.startsWith(".")) {
            column.errors.invalid(column.at("JSONPath"), path, SIMPLE_PATH);
        }
    }

    private static void selectable(Fields version, MapValue schema) {
        Set<String> seen = new HashSet<>();
        version.each("selectableFields", field -> {
            String path = field.text("jsonPath");
            if (!field.required("jsonPath")) {
                return;
            }
            if (!path.startsWith(".") && !path.startsWith("[")) {
                String start = path.split("[.\\[]", 2)[0];
                field.invalid("jsonPath", "is an invalid path: expected [ or . but got: " + start);
                return;
            }
            MapValue found = find(schema, path);
            if (found == null) {
                field.invalid("jsonPath", "is an invalid path: does not refer to a valid field");
                return;
            }
            if (path.startsWith(".metadata.")) {
                field.invalid("jsonPath", "must not point to fields in metadata");
            }
            switch (found.string("type")) {
                case "string", "boolean", "integer" -> {}
                default ->
                    field.invalid(
                            "jsonPath",
                            "must point to a field of type string, boolean or integer. Enum string fields and strings with formats"
                                    + " are allowed.");
            }
            if (!seen.add(path)) {
                field.errors.duplicate(field.at("jsonPath"), path);
            }
        });
        if (seen.size() > 8) {
            version.errors.tooMany(version.at("selectableFields"), seen.size(), 8);
        }
    }

    private static @Nullable MapValue find(MapValue schema, String path) {
        MapValue found = schema;
        for (String name : path.substring(1).split("\\.", -1)) {
            if (!(found.map("properties").get(name) instanceof MapValue inner)) {
                return null;
            }
            found = inner;
        }
        return found;
    }

    /** A bundle without any certificate is refused unless there was one before, or nothing is served yet. */
    private static void bundle(Fields conversion, MapValue old) {
        ListValue conditions = old.map("status").list("conditions");
        boolean established = conditions.stream()
                .anyMatch(condition -> condition instanceof MapValue map
                        && map.string("type").equals("Established")
                        && map.string("status").equals("True"));
        MapValue before = old.map("spec").map("conversion").map("webhook").map("clientConfig");
        MapValue config = conversion.map.map("webhook").map("clientConfig");
        String wrong = ClientConfig.bundleProblem(config.string("caBundle"));
        if (established
                && !wrong.isEmpty()
                && conversion.text("strategy").equals("Webhook")
                && ClientConfig.bundleProblem(before.string("caBundle")).isEmpty()) {
            conversion.errors.invalidWhole(conversion.at("webhookClientConfig").child("caBundle"), wrong);
        }
    }

    private static void conversion(Fields conversion) {
        conversion.requiredOneOf("strategy", "None", "Webhook");
        Fields webhook = conversion.in("webhook");
        ListValue versions = webhook.map.list("conversionReviewVersions");
        // What is of the webhook stood beside it before.
        Path config = conversion.at("webhookClientConfig");
        Path reviews = conversion.at("conversionReviewVersions");
        if (!conversion.text("strategy").equals("Webhook")) {
            if (webhook.has("clientConfig")) {
                conversion.errors.forbidden(config, NOT_WEBHOOK);
            }
            if (!versions.isEmpty()) {
                conversion.errors.forbidden(reviews, NOT_WEBHOOK);
            }
            return;
        }
        Fields client = new Fields(webhook.map.map("clientConfig"), config, conversion.errors);
        if (!webhook.has("clientConfig")) {
            conversion.errors.required(config, "required when strategy is set to Webhook");
        } else if (client.has("url") == client.has("service")) {
            conversion.errors.required(config, "exactly one of url or service is required");
        } else if (client.has("url")) {
            WebhookValidation.url(client.at("url"), client.text("url"), conversion.errors);
        } else {
            // Kubernetes takes one for the other here.
            WebhookValidation.service(client.in("service"), "namespace", "name");
        }
        if (versions.isEmpty()) {
            conversion.errors.required(reviews, "");
        } else if (!versions.contains("v1") && !versions.contains("v1beta1")) {
            conversion.errors.invalid(reviews, versions, "must include at least one of v1, v1beta1");
        }
    }
}
