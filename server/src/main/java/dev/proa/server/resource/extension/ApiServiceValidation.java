package dev.proa.server.resource.extension;

import dev.proa.api.value.MapValue;
import dev.proa.server.validation.Errors;
import dev.proa.server.validation.Fields;
import dev.proa.server.validation.Formats;
import dev.proa.server.validation.NameRule;
import dev.proa.server.validation.Path;
import org.jspecify.annotations.Nullable;

/** Validates API services. */
final class ApiServiceValidation {
    private ApiServiceValidation() {}

    static void check(MapValue service, @Nullable MapValue old, Errors errors) {
        Fields spec = Fields.of(service, "spec", errors);
        String group = spec.text("group");
        String version = spec.text("version");
        String name = service.map("metadata").string("name");
        String wanted = version + "." + group;
        if (!name.isEmpty() && NameRule.pathSegment(name, false).isEmpty() && !name.equals(wanted)) {
            errors.invalid(
                    Path.of("metadata").child("name"),
                    name,
                    "must be `spec.version+\".\"+spec.group`: " + dev.proa.api.codec.GoText.quote(wanted));
        }
        if (group.isEmpty() && !version.equals("v1")) {
            spec.required("group", "only v1 may have an empty group and it better be legacy kube");
        }
        spec.form("group", Formats::dnsSubdomain);
        errors.invalid(spec.at("version"), version, Formats.dns1035Label(version));
        priority(spec, "groupPriorityMinimum", 20_000);
        priority(spec, "versionPriority", 1000);
        boolean insecure = spec.map.bool("insecureSkipTLSVerify");
        boolean bundle = !spec.text("caBundle").isEmpty();
        if (spec.has("service")) {
            WebhookValidation.reference(spec.in("service"), "name", "namespace");
            if (insecure && bundle) {
                spec.invalid("insecureSkipTLSVerify", "may not be true if caBundle is present");
            }
            return;
        }
        if (bundle) {
            int bytes = java.util.Base64.getMimeDecoder().decode(spec.text("caBundle")).length;
            errors.invalid(spec.at("caBundle"), bytes + " bytes", "local APIServices may not have a caBundle");
        }
        if (insecure) {
            spec.invalid("insecureSkipTLSVerify", "local APIServices may not have insecureSkipTLSVerify");
        }
    }

    private static void priority(Fields spec, String name, int most) {
        long value = spec.number(name);
        if (value <= 0 || value > most) {
            spec.errors.invalid(spec.at(name), value, "must be positive and less than " + most);
        }
    }
}
