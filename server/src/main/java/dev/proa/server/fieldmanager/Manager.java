package dev.proa.server.fieldmanager;

import dev.proa.api.codec.GoText;

/**
 * Whose fields an entry of the managed fields has.
 *
 * @param applies whether by server-side apply
 * @param apiVersion in which it updates; empty for one that applies, which has one entry whatever the version
 * @param subresource by which it writes; empty for the resource itself
 */
record Manager(String name, boolean applies, String apiVersion, String subresource) {
    static Manager applier(String name, String subresource) {
        return new Manager(name, true, "", subresource);
    }

    static Manager updater(String name, String apiVersion, String subresource) {
        return new Manager(name.isEmpty() ? "unknown" : name, false, apiVersion, subresource);
    }

    String operation() {
        return applies ? "Apply" : "Update";
    }

    /** By what Kubernetes orders managers. */
    String identifier() {
        StringBuilder json = new StringBuilder("{");
        if (!name.isEmpty()) {
            json.append("\"manager\":").append(GoText.json(name)).append(',');
        }
        json.append("\"operation\":\"").append(operation()).append('"');
        if (!apiVersion.isEmpty()) {
            json.append(",\"apiVersion\":").append(GoText.json(apiVersion));
        }
        if (!subresource.isEmpty()) {
            json.append(",\"subresource\":").append(GoText.json(subresource));
        }
        return json.append('}').toString();
    }

    /** In messages: {@code "kubectl" using apps/v1}. */
    String shown() {
        String shown = GoText.quote(name);
        if (!subresource.isEmpty()) {
            shown += " with subresource " + GoText.quote(subresource);
        }
        return applies ? shown : shown + " using " + apiVersion;
    }
}
